#!/bin/sh
# Secrets come as files; our settings are environment variables, so that only this process and its children have them.
set -eu
secret() { cat "/run/secrets/$1"; }
if [ -r /run/secrets/postgres_password ]; then
  export REPLWRIGHT_DATABASE_URL="postgresql://replwright:$(secret postgres_password)@${POSTGRES_HOST:-postgres}:5432/replwright"
fi
if [ -r /run/secrets/valkey_password ]; then
  export REPLWRIGHT_BROKER_URL="redis://:$(secret valkey_password)@${VALKEY_HOST:-valkey}:6379/0"
fi
if [ -r /run/secrets/ray_token ]; then
  REPLWRIGHT_RAY_TOKEN="$(secret ray_token)"
  export REPLWRIGHT_RAY_TOKEN RAY_AUTH_MODE=token RAY_AUTH_TOKEN="$REPLWRIGHT_RAY_TOKEN"
fi
if [ -s /run/secrets/model_api_key ]; then
  REPLWRIGHT_MODEL_API_KEY="$(secret model_api_key)"
  export REPLWRIGHT_MODEL_API_KEY
fi
exec "$@"
