#!/bin/sh
# swift.sh - a throw-away OpenStack Swift on one machine, with its S3 API.
#
#	swift.sh start DIR	makes it in DIR (new or empty), or starts it again
#	swift.sh stop DIR	ends its servers; the data stay
#	swift.sh destroy DIR	ends them and removes DIR
#	swift.sh env DIR	shell assignments: endpoint and two accounts
#
# Needs what deps.sh installs, and a file system with extended attributes.  All
# ports are free ones of 127.0.0.1; nothing is written outside DIR.
set -eu

[ $# -eq 2 ] || {
	sed -n '2,/^$/s/^# \{0,1\}//p' "$0" >&2
	exit 2
}
case $2 in /*) dir=$2 ;; *) dir=$PWD/$2 ;; esac

print_env()
{
	cat <<X
S3_ENDPOINT=http://127.0.0.1:$(cat "$dir/port")
AWS_ACCESS_KEY_ID=test:alice
AWS_SECRET_ACCESS_KEY=alice-secret
S3_ACCESS_KEY_2=other:bob
S3_SECRET_KEY_2=bob-secret
X
}

free_ports()	# five that nobody has, below those the kernel gives to clients
{
	perl -MIO::Socket::INET -e '
	    while (@held < 5) {
		my $port = 10000 + int rand 20000;
		push @held, IO::Socket::INET->new(Listen => 1,
		    LocalAddr => "127.0.0.1:$port") || next;
	    }
	    print join " ", map { $_->sockport } @held'
}

ring()	# NAME PORT
{
	(
		cd "$dir"
		swift-ring-builder "$1.builder" create 4 1 1
		swift-ring-builder "$1.builder" add "r1z1-127.0.0.1:$2/disk" 1
		swift-ring-builder "$1.builder" rebalance
	) >>"$dir/log/rings" 2>&1
}

common()	# PORT: the head of each server's configuration
{
	cat <<X
[DEFAULT]
bind_ip = 127.0.0.1
bind_port = $1
workers = 0
user = $(id -un)
swift_dir = $dir
devices = $dir
mount_check = false
fallocate_reserve = 0
disable_fallocate = true
log_address = $dir/no-syslog
X
}

storage()	# NAME PORT
{
	ring "$1" "$2"
	{
		common "$2"
		cat <<X
[pipeline:main]
pipeline = $1-server
[app:$1-server]
use = egg:swift#$1
replication_server = false
X
	} >"$dir/$1.conf"
}

proxy()		# PORT MEMCACHE-PORT
{
	common "$1"
	cat <<X
[pipeline:main]
pipeline = catch_errors cache listing_formats bulk s3api tempauth copy slo dlo versioned_writes proxy-server
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
[filter:tempauth]
use = egg:swift#tempauth
user_test_alice = alice-secret .admin
user_other_bob = bob-secret .admin
[filter:cache]
use = egg:swift#memcache
memcache_servers = 127.0.0.1:$2
[filter:s3api]
use = egg:swift#s3api
force_swift_request_proxy_log = false
X
	for filter in catch_errors listing_formats bulk copy slo dlo \
	    versioned_writes; do
		printf '[filter:%s]\nuse = egg:swift#%s\n' $filter $filter
	done
}

make_it()
{
	[ ! -e "$dir" ] || [ -z "$(ls -A "$dir")" ] || {
		echo "swift.sh: $dir is not empty" >&2
		exit 1
	}
	mkdir -p "$dir/disk" "$dir/log" "$dir/run"
	ports=$(free_ports)
	# shellcheck disable=SC2086
	set -- $ports
	storage account "$1"
	storage container "$2"
	storage object "$3"
	proxy "$4" "$5" >"$dir/proxy.conf"
	echo "$5" >"$dir/cache-port"
	echo "$4" >"$dir/port"
}

launch()	# NAME COMMAND...
{
	name=$1
	shift
	"$@" >"$dir/log/$name" 2>&1 </dev/null &
	echo $! >"$dir/run/$name"
}

end_all()
{
	for file in "$dir"/run/*; do
		[ -e "$file" ] || continue
		kill "$(cat "$file")" 2>/dev/null || :
		rm -f "$file"
	done
}

# Do the four servers answer, the proxy with word of its S3 API?
ready()
{
	for name in account container object; do
		url=http://127.0.0.1:$(sed -n 's/^bind_port = //p' \
		    "$dir/$name.conf")
		curl -s -m 2 -o "$dir/log/ready" "$url" || return 1
	done
	curl -s -m 2 "http://127.0.0.1:$(cat "$dir/port")/info" | grep -q s3api
}

start()
{
	[ -e "$dir/port" ] || make_it
	launch cache memcached -u "$(id -un)" -l 127.0.0.1 \
	    -p "$(cat "$dir/cache-port")"
	for name in account container object proxy; do
		launch $name "swift-$name-server" "$dir/$name.conf" -v
	done
	tries=0
	until ready; do
		tries=$((tries + 1))
		kill -0 "$(cat "$dir/run/proxy")" 2>/dev/null &&
		    [ $tries -lt 300 ] || {
			tail -n 5 "$dir/log/"* >&2
			end_all
			exit 1
		}
		sleep 0.1
	done
}

case $1 in
start) start && print_env ;;
stop) end_all ;;
env) print_env ;;
destroy)
	[ -e "$dir/port" ] || exit 0
	end_all
	rm -rf "$dir"
	;;
*) exit 2 ;;
esac
