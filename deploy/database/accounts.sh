#!/bin/sh
# Once, when the database is made: an account that owns the tables, and one that only reads and
# writes rows. The image runs this as the superuser.
set -eu
: "${OWNER_PASSWORD:?}" "${APP_PASSWORD:?}"
psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 \
  --username="${POSTGRES_USER:-postgres}" --dbname="$POSTGRES_DB" <<'SQL'
\getenv owner_password OWNER_PASSWORD
\getenv app_password APP_PASSWORD
\getenv name POSTGRES_DB
CREATE ROLE regulars_owner LOGIN PASSWORD :'owner_password';
CREATE ROLE regulars_app LOGIN PASSWORD :'app_password';
ALTER DATABASE :"name" OWNER TO regulars_owner;
REVOKE ALL ON DATABASE :"name" FROM PUBLIC;
GRANT CONNECT, TEMPORARY ON DATABASE :"name" TO regulars_app;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO regulars_app;
ALTER DEFAULT PRIVILEGES FOR ROLE regulars_owner IN SCHEMA public
  GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO regulars_app;
ALTER DEFAULT PRIVILEGES FOR ROLE regulars_owner IN SCHEMA public
  GRANT USAGE, SELECT, UPDATE ON SEQUENCES TO regulars_app;
ALTER DEFAULT PRIVILEGES FOR ROLE regulars_owner IN SCHEMA public
  GRANT EXECUTE ON FUNCTIONS TO regulars_app;
SQL
