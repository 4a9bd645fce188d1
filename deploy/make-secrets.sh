#!/bin/sh
# Make the secrets of docker-compose.yml, once; those that exist are kept. An API key is put into model_api_key by hand.
set -eu
cd "$(dirname "$0")/secrets"
chmod 0700 .
for name in postgres_password valkey_password ray_token; do
  [ -s "$name" ] || od -An -N32 -tx1 /dev/urandom | tr -d ' \n' > "$name"
done
[ -e model_api_key ] || : > model_api_key
# The folder is closed; inside a container another user must be able to read its own.
chmod 0444 postgres_password valkey_password ray_token model_api_key
