"""The embedded stack of one machine.

stack       attach, ensure, stop: the public face
table       which services there are: postgres, valkey, ray_head, workers
supervisor  starts them, keeps them, stops them; runner is one service's life
warden      the parent of all of it, so that nothing stays behind
"""
