"""Running an installation: data folder, embedded database, server, processes, doctor.

`folder` and `keys` say where things lie, `embedded` starts PostgreSQL, `database` chooses between
it and an address, `server` is the one ASGI application, `serve` the tree of processes around it,
`doctor` looks at all of it and explains what is wrong.
"""
