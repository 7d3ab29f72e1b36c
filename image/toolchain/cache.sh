# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# cache.sh - what is built once and kept outside the tree
#
# A unit is a directory named by the hash of everything that it follows from.
# It is made under another name and renamed when it is whole, so a build that
# was cut leaves nothing behind that a later one could take for finished.
# Each unit has a file `inputs`: lines "name version sha256-or-dash", the part
# of an image's manifest that says what it was built from.
# Sourced by the scripts of image/, never run.

# nothing that the calling make was told may reach what is made here
unset MAKEFLAGS MFLAGS MAKEOVERRIDES MAKELEVEL ARCH KCFLAGS KAFLAGS HOSTCFLAGS

cache=${REPRISE_CACHE:-${XDG_CACHE_HOME:-${HOME:?is not set}/.cache}/reprise}
mkdir -p "$cache"
work=
cache=$(cd "$cache" && pwd)

say()
{
	printf '%s: %s\n' "${0##*/}" "$*" >&2
}

die()
{
	say "$*"
	exit 1
}

# hash_of - the first 16 digits of the SHA-256 of standard input
hash_of()
{
	sha256sum | cut -c1-16
}

# debian_arch ARCH - what Debian calls the architecture
debian_arch()
{
	case $1 in
	x86_64) echo amd64 ;;
	s390x) echo s390x ;;
	*) die "unknown architecture '$1': write x86_64 or s390x" ;;
	esac
}

# compiler_inputs ARCH - `inputs` lines of the compiler and the binutils
compiler_inputs()
{
	for tool in gcc ld; do
		"$1-linux-gnu-$tool" --version |
			sed -n "1s/^[^(]*(\([^)]*\)) \(.*\)/$tool-$1 \1 \2/p" |
			sed 's/ GNU Binutils for Debian / /; s/ Debian \(.*\) .*/ \1/; s/$/ -/'
	done
}

# unit_begin UNIT - a scratch directory $work, with $work/out to be filled.
# Status 1: nothing to do, another process has just made it.
unit_begin()
{
	find "$cache" -maxdepth 1 -name 'tmp.*' -mmin +1440 \
		-exec rm -rf {} +
	lock_file=$cache/.$(echo "$1" | tr / _).lock
	exec 8>"$lock_file"
	flock -n 8 || {
		say "waiting for another build of $1"
		flock 8
	}
	[ ! -d "$cache/$1" ] || return 1
	work=$(mktemp -d "$cache/tmp.XXXXXX") ||
		die "$cache cannot be written to"
	trap 'rm -rf "$work"' EXIT
	trap 'exit 130' INT TERM HUP
	chmod 0755 "$work"
	mkdir "$work/out"
}

# unit_finish UNIT - give it its name
unit_finish()
{
	mv -T "$work/out" "$cache/$1" || die "$cache/$1 cannot be made"
	rm -rf "$work" "$lock_file"
	exec 8>&-
	trap - EXIT INT TERM HUP
}
