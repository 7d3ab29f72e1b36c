# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Completion of reprise(1) for bash. What there is to complete the program says
# itself (`help --words`; `--names` of ps, history, reset-failed): it never lags.

_reprise()
{
	local word=${COMP_WORDS[COMP_CWORD]} verb=${COMP_WORDS[1]}
	local program=${COMP_WORDS[0]} words usage list

	COMPREPLY=()
	words=$("$program" help --words 2>/dev/null)
	if [ "$COMP_CWORD" -eq 1 ]; then
		words="$(cut -f1 <<<"$words") help --version"
		mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
		return
	fi
	if [ "$verb" = help ]; then
		words=$(cut -f1 <<<"$words")
		mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
		return
	fi
	usage=$(awk -F'\t' -v verb="$verb" '$1 == verb { print $2 }' \
		<<<"$words")
	case $word in
	-*)
		words="$(grep -o -- '--[a-z-]*' <<<"$usage") --help"
		mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
		return
		;;
	esac
	case $usage in
	*FILE*)
		compopt -o filenames 2>/dev/null
		words=$(cd "${REPRISE_CONFIG_DIR:-/etc/reprise}" 2>/dev/null &&
			compgen -G "*.conf")
		mapfile -t COMPREPLY < <(compgen -f -- "$word"
			compgen -W "${words//.conf/}" -- "$word")
		;;
	*NAME*)
		list='ps'
		case $verb in history | reset-failed) list=$verb ;; esac
		words=$("$program" "$list" --names 2>/dev/null)
		mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
		;;
	esac
}
complete -F _reprise reprise
