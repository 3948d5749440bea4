#!/bin/sh
# Install the programs that the tests run beside Python packages: a browser, PostgreSQL 15, Patroni
# with etcd, a proxy, and what examples/log_run.sh uses; with the argument `containers` a Docker
# engine, Compose and a shell for images as well. Does nothing where they are there already.
set -eu

missing=""
command -v chromium-headless-shell >/dev/null 2>&1 || command -v chromium >/dev/null 2>&1 ||
    missing="chromium-headless-shell"
[ -x /usr/lib/postgresql/15/bin/postgres ] || [ -n "${CHACHAML_TEST_POSTGRES_15:-}" ] ||
    missing="$missing postgresql-15"
needed="jq bc curl patroni etcd"
# Where only root runs it, it is not on everybody's PATH.
[ -x /usr/sbin/haproxy ] || needed="$needed haproxy"
if [ "${1:-}" = containers ]; then
    needed="$needed busybox"
    docker compose version >/dev/null 2>&1 || needed="$needed docker-compose"
    docker info >/dev/null 2>&1 || needed="$needed docker dockerd"
fi
for program in $needed; do
    command -v "$program" >/dev/null 2>&1 || missing="$missing $program"
done
[ -n "$missing" ] || exit 0

if ! command -v apt-get >/dev/null 2>&1; then
    echo "the tests need these programs, install them first:$missing" >&2
    exit 1
fi
as_root=""
[ "$(id -u)" -eq 0 ] || as_root="sudo"
packages=$(echo "$missing" |
    sed -E 's/dockerd?( |$)/docker.io\1/g; s/busybox/busybox-static/; s/etcd/etcd-server/')

apt() {
    DEBIAN_FRONTEND=noninteractive $as_root apt-get "$@" -qq >/dev/null
}

apt update
case "$missing" in
*postgresql*)
    # The tests start servers of their own: no cluster of Debian's is made, and so none is started.
    $as_root mkdir -p /etc/postgresql-common/createcluster.d
    echo "create_main_cluster = false" |
        $as_root tee /etc/postgresql-common/createcluster.d/chachaml-tests.conf >/dev/null
    ;;
esac
# shellcheck disable=SC2086  # one word a package
apt install -y --no-install-recommends $packages
