#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# index.cgi - the page: this guest, as it sees itself

GENERATION=- BOOT=-
# shellcheck disable=SC1091 # there at run time only
[ -r /run/reprise/guest ] && . /run/reprise/guest
read -r IMAGE VERSION </etc/reprise/image
read -r UPTIME _ </proc/uptime
read -r KERNEL </proc/sys/kernel/osrelease
read -r ARCH </proc/sys/kernel/arch
while read -r KEY VALUE _; do
	case $KEY in
	MemTotal:) TOTAL=$VALUE ;;
	MemAvailable:) AVAILABLE=$VALUE ;;
	esac
done </proc/meminfo

printf 'Content-Type: text/html; charset=utf-8\r\n'
printf 'Cache-Control: no-store\r\n\r\n'
cat <<EOF
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>$IMAGE, boot $BOOT of generation $GENERATION</title>
<link rel="stylesheet" href="/style.css">
</head>
<body>
<main>
<h1>$IMAGE <small>$VERSION</small></h1>
<p>This page comes out of an appliance that Reprise runs. Reboot it in place and
the boot is counted; in full, and the generation is.</p>
<dl>
<div><dt>Boot</dt><dd id="boot">$BOOT</dd></div>
<div><dt>Generation</dt><dd id="generation">$GENERATION</dd></div>
<div><dt>Uptime</dt><dd id="uptime">$UPTIME s</dd></div>
<div><dt>Architecture</dt><dd id="architecture">$ARCH</dd></div>
<div><dt>Kernel</dt><dd id="kernel">$KERNEL</dd></div>
<div><dt>Memory free</dt><dd id="memory">$((AVAILABLE / 1024)) of $((TOTAL / 1024)) MiB</dd></div>
</dl>
</main>
</body>
</html>
EOF
