#!/bin/sh
# make install, uninstall and dist: what comes to lie where, that nothing stays
# behind, and that the archive of a commit is always the same.
# shellcheck disable=SC2154
. "$(dirname "$0")/../lib.sh"
unset MAKEFLAGS MFLAGS MAKEOVERRIDES MAKELEVEL
programs='s3ls s3exists s3cp'

# The programs are those under test: make is told that they are done.
make_it()
{
	make -s -C "$root" BUILD="$BUILD" -o "$BUILD/bin/s3ls" \
	    -o "$BUILD/bin/s3exists" -o "$BUILD/bin/s3cp" "$@" \
	    >make.out 2>&1 || sed 's/^/# /' make.out
}

files()		# FOLDER: path and mode of each file
{
	(cd "$1" && find . ! -type d -exec stat -c '%n %a' {} + | LC_ALL=C sort)
}

(
	for p in $programs; do
		echo "./usr/bin/$p 755"
		echo "./usr/share/man/man1/$p.1 644"
		echo "./usr/share/bash-completion/completions/$p 644"
		echo "./usr/share/fish/vendor_completions.d/$p.fish 644"
	done
	echo './usr/share/man/man7/s3keys.7 644'
	echo './usr/share/zsh/site-functions/_s3keys 644'
) | LC_ALL=C sort >wanted

umask 077
make_it DESTDIR="$scratch/a" PREFIX=/usr install
files a >got
same got wanted 'make install puts these there, whatever the umask'
is "$(find a -mindepth 1 -type d ! -perm 755)" '' 'in folders that all may enter'
umask 022
for p in $programs; do
	ok "$p there is the one that was built" cmp -s "a/usr/bin/$p" "$BUILD/bin/$p"
done
echo mine >a/usr/bin/other
make_it DESTDIR="$scratch/a" PREFIX=/usr uninstall
is "$(files a)" './usr/bin/other 644' \
    'make uninstall removes them, and nothing else'

make_it PREFIX="$scratch/b" install
ok 'PREFIX without DESTDIR' [ -x b/bin/s3ls ]
is "$(files b | wc -l)" "$(lines wanted)" 'as many files'
run b/bin/s3ls --version
status_is 0 's3ls runs from PREFIX'
version=$(sed 's/^s3ls \([^ ]*\).*/\1/' out)
make_it PREFIX="$scratch/b" uninstall
is "$(files b)" '' 'and are gone'

make_it DESTDIR="$scratch/c" MANDIR=/m BASHDIR=/b ZSHDIR=/z FISHDIR=/f install
is "$(cd c && find m b z f -type f | wc -l)" 11 'each folder can be chosen'
make_it DESTDIR="$scratch/c" MANDIR=/m BASHDIR=/b ZSHDIR=/z FISHDIR=/f \
    uninstall
is "$(files c)" '' 'for uninstall, too'

# --- make dist ---
if ! command -v git >/dev/null || ! git -C "$root" rev-parse HEAD \
    >/dev/null 2>&1; then
	ok 'make dist # SKIP no git, or no repository' true
	finish
fi
head=$(git -C "$root" rev-parse HEAD)
dist()		# FOLDER
{
	mkdir "$1"
	make -s -C "$root" BUILD="$scratch/$1" REV="$head" dist >"$1/log" 2>&1 ||
	    sed 's/^/# /' "$1/log"
}
dist one
(
	umask 077
	TZ=Asia/Tokyo LC_ALL=C.UTF-8
	export TZ LC_ALL
	git config --file gitconfig tar.umask 077
	GIT_CONFIG_GLOBAL=$scratch/gitconfig
	export GIT_CONFIG_GLOBAL
	dist two
)
archive=s3keys-$version.tar.gz
ok 'make dist makes an archive with the version of the programs' \
    [ -s "one/$archive" ]
same "two/$archive" "one/$archive" \
    'the same bytes by another user, in another place'
tar -tzf "one/$archive" >names
is "$(grep -cv "^s3keys-$version/" names)" 0 'all in one folder'
git -C "$root" ls-tree -r --name-only "$head" | sed "s,^,s3keys-$version/," |
    LC_ALL=C sort >committed
grep -v '/$' names | LC_ALL=C sort >packed
same packed committed 'all that is committed, and nothing else'
finish
