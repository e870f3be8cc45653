#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# 'capctl decode': masks to names, names to masks, and the list of all.

load capctl_helpers

setup() {
	require_programs jq
}

decode() { # WORD...
	capctl decode "$@"
}

@test "a mask becomes names, in each spelling" {
	local word

	for word in 0000000000000420 420 0x420 0X0420 0420; do
		decode "$word"
		ended 0
		wrote '0000000000000420  KILL, NET_BIND_SERVICE'
	done
	decode ABC 0xaBc
	ended 0
	[ "$(cut -c1-16 <<<"$output" | sort -u)" = '                
0000000000000abc' ] || seen 'wanted the same twice'
}

@test "names become one mask, in each spelling" {
	local words

	for words in 'KILL NET_BIND_SERVICE' 'cap_kill Net_Bind_Service' \
		'CAP_KILL,NET_BIND_SERVICE' ',kill,,CAP_NET_BIND_SERVICE,' \
		'KILL NET_BIND_SERVICE KILL'; do
		# shellcheck disable=SC2086 # words
		decode $words
		ended 0
		wrote '0000000000000420  KILL, NET_BIND_SERVICE
                  KILL: send signals to any process
                  NET_BIND_SERVICE: listen on ports below 1024'
	done
	decode 'kill net_bind_service'
	[ "${lines[0]}" = '0000000000000420  KILL, NET_BIND_SERVICE' ]
}

@test "a name is described" {
	decode net_raw
	ended 0
	wrote '0000000000002000  NET_RAW
                  send and receive packets of any kind, forged ones too'
}

@test "a small decimal number is read as a mask and as a number" {
	decode 13
	ended 0
	wrote 'as a mask    0000000000000013  CHOWN, DAC_OVERRIDE, FSETID
                               dangerous: CHOWN, DAC_OVERRIDE
as a number  0000000000002000  NET_RAW
                               send and receive packets of any kind, forged ones
                               too'
	decode --json 13
	is_json '[.masks[] | [.read_as, .mask]] ==
		[["mask", "0000000000000013"], ["number", "0000000000002000"]]'
	# What is not the number of a capability, or is written as a mask is.
	for word in 64 013 0x13 00; do
		decode "$word"
		ended 0
		[[ "$output" != *' number '* ]] || seen "of '$word'"
	done
}

@test "with --number, decimal words are numbers" {
	decode --number 13 5
	ended 0
	wrote '0000000000002000  NET_RAW
                  send and receive packets of any kind, forged ones too
0000000000000020  KILL
                  send signals to any process'
	decode --number 64
	complained "decode: '64' is not a capability's number: see 'capctl help decode'"
}

@test "audit messages have their number" {
	decode 'type=AVC msg=audit(1.2:3): avc:  denied  { net_raw } for  pid=7 comm="ping" capability=13  scontext=a:b:c tclass=capability permissive=0'
	ended 0
	[ "${lines[0]}" = '0000000000002000  NET_RAW' ] || seen 'SELinux'
	decode 'audit: type=1400 audit(1.2:3): apparmor="DENIED" operation="capable" class="cap" profile="docker-default" pid=7 comm="ping" capability=13  capname="net_raw"'
	ended 0
	[ "${lines[0]}" = '0000000000002000  NET_RAW' ] || seen 'AppArmor'
}

@test "what getcap and getpcaps print is decoded, old and new" {
	local text

	for text in '/usr/bin/ping cap_net_raw=ep' \
		'/usr/bin/ping = cap_net_raw+ep' '/usr/bin/ping net_raw+ep'; do
		decode "$text"
		ended 0
		wrote '/usr/bin/ping  effective    0000000000002000  NET_RAW
               permitted    0000000000002000  NET_RAW
               inheritable  0000000000000000  none'
		# As the shell splits it.
		# shellcheck disable=SC2086 # words
		decode $text
		ended 0
		[[ "${lines[0]}" = '/usr/bin/ping  effective '* ]]
	done
	for text in '1234: cap_chown,cap_kill=eip' \
		"Capabilities for \`1234': = cap_chown,cap_kill+eip"; do
		decode --json "$text"
		is_json '[.masks[] | [.set, .mask]] == [
			["effective", "0000000000000021"],
			["permitted", "0000000000000021"],
			["inheritable", "0000000000000021"]]'
		is_json '.masks | all(.of | test("1234\u0027?$"))'
	done
	decode cap_net_raw+ep
	ended 0
	wrote 'effective    0000000000002000  NET_RAW
permitted    0000000000002000  NET_RAW
inheritable  0000000000000000  none'
	decode '1: =ep cap_sys_admin-ep'
	ended 0
	[[ "${lines[0]}" = '1  effective '*'all but SYS_ADMIN' ]] || seen 'all'
	decode cap_net_rwa=ep
	complained "decode: unknown capability 'cap_net_rwa' (did you mean 'NET_RAW'?): 'capctl decode' without arguments lists them"
}

@test "the programs' own output is decoded" {
	require_programs getpcaps getcap setcap
	cp /bin/true "$BATS_TEST_TMPDIR/a program"
	setcap cap_net_raw,cap_kill=ep "$BATS_TEST_TMPDIR/a program" ||
		skip 'setcap is not permitted'
	decode --json "$(getcap "$BATS_TEST_TMPDIR/a program")"
	is_json '.masks[0] | .of == $path and .mask == "0000000000002020"' \
		--arg path "$BATS_TEST_TMPDIR/a program"
	decode --json "$(getpcaps $$ 2>&1)"
	is_json '.masks | length == 3 and .[0].mask == $mask' --arg mask \
		"$(sed -n 's/^CapEff:\t//p' /proc/$$/status)"
}

@test "standard input is read, by itself or as '-'" {
	local words

	for words in '' -; do
		# shellcheck disable=SC2086 # a word or none
		run --separate-stderr "$builddir/capctl" decode $words \
			< <(printf '/a cap_kill=p\n/b cap_chown=i\n')
		ended 0
		[ "$(grep -c '^/[ab]  effective' <<<"$output")" -eq 2 ] ||
			seen "with '$words'"
	done
	run --separate-stderr "$builddir/capctl" decode < <(:)
	ended 0
	[[ "$output" = ' 0  CHOWN '* ]] || seen 'no list'
	decode -
	complained "decode: standard input is empty: see 'capctl help decode'"
}

@test "every mask has its line, all names together one" {
	decode KILL 0x1,02 0x0 net_raw
	ended 0
	wrote '0000000000000001  CHOWN
                  dangerous: CHOWN
0000000000000002  DAC_OVERRIDE
                  dangerous: DAC_OVERRIDE
0000000000000000  none
0000000000002020  KILL, NET_RAW
                  KILL: send signals to any process
                  NET_RAW: send and receive packets of any kind, forged ones too'
}

block='Name:	sh
CapInh:	0000000000000000
CapPrm:	0000000000000400
CapEff:	0000000000000400
CapBnd:	00000000a80425fb
CapAmb:	0000000000000400
NoNewPrivs:	0
abc:	def'

@test "the sets of /proc/PID/status are decoded line by line" {
	decode "$block"
	ended 0
	[ "$(grep -c '^[a-z]' <<<"$output")" -eq 5 ]
	[ "$(sed -n 's/^\([a-z][a-z]*\) .*/\1/p' <<<"$output" | tr '\n' ' ')" = \
		'inheritable permitted effective bounding ambient ' ]
	[[ "$output" == *'permitted    0000000000000400  NET_BIND_SERVICE'* ]]
	decode --json "$block"
	is_json '[.masks[].set] == ["inheritable", "permitted", "effective",
		"bounding", "ambient"] and .masks[4].names == ["CAP_NET_BIND_SERVICE"]'
	# Of one process, and as words of the shell.
	decode "$(cat /proc/self/status)"
	ended 0
	decode CapEff: 0400
	ended 0
	wrote 'effective  0000000000000400  NET_BIND_SERVICE'
	decode "$(grep CapEff <<<"$block")" 0020
	ended 0
	wrote 'effective  0000000000000400  NET_BIND_SERVICE
           0000000000000020  KILL'
	decode CapEff:
	complained "decode: no mask for the effective set: see 'capctl help decode'"
	decode 'CapEff: kill'
	complained "decode: no mask for the effective set: see 'capctl help decode'"
	decode $'CapEff:\nCapPrm: 0400'
	ended 2
}

@test "bits without a name are numbers" {
	decode 8000000000000400
	ended 0
	wrote '8000000000000400  NET_BIND_SERVICE, 63
                  unknown to this kernel: 63'
}

@test "nearly all capabilities are 'all but' the rest" {
	local last all

	last=$(decode; grep -c '^[ 0-9][0-9]  ' <<<"$output")
	all=$(printf '%x' $(((1 << last) - 1)))
	decode "$all"
	[ "${lines[0]}" = "$(printf '%016x' $((0x$all)))  all of $last" ] ||
		seen 'wanted all'
	decode "$(printf '%x' $((0x$all & ~(1 << 24))))"
	[[ "${lines[0]}" = *'  all but SYS_RESOURCE' ]] || seen 'wanted one less'
}

@test "alone it lists every capability, and the dangerous ones" {
	decode
	ended 0
	! grep -E '.{81}' <<<"$output" || seen 'too wide'
	! grep -q $'\e' <<<"$output" || seen 'colour'
	grep -qx ' 5  KILL                   send signals to any process' \
		<<<"$output" || seen 'no KILL'
	grep -qx '16  SYS_MODULE          !  load code into the kernel' \
		<<<"$output" || seen 'no SYS_MODULE'
	[ "${lines[-1]}" = '!  close to root, or allows becoming root' ] ||
		seen 'no key'
	[ "$(grep -cE '^[ 0-9][0-9]  [A-Z_]+ +! ' <<<"$output")" = 26 ] ||
		seen 'not 26 dangerous ones'
}

@test "what the kernel knows is asked of it" {
	local last

	last=$(</proc/sys/kernel/cap_last_cap)
	decode --json
	ended 0
	is_json '[.capabilities[] | .in_kernel == (.number <= $last)] | all' \
		--argjson last "$last"
}

@test "the list in JSON is the same list" {
	decode --json
	ended 0
	is_json '(.capabilities | length) > 40 and
		([.capabilities[].number] == [range(.capabilities | length)]) and
		(.capabilities[10] == {number: 10,
			name: "CAP_NET_BIND_SERVICE",
			allows: "listen on ports below 1024",
			dangerous: false, in_kernel: true}) and
		([.capabilities[] | select(.dangerous)] | length) == 26 and
		(.capabilities | all(.allows | length > 10))'
}

@test "masks in JSON" {
	decode --json 8000000000200001 KILL sys_admin
	ended 0
	is_json '. == {masks: [
		{read_as: "mask", of: null, set: null, mask: "8000000000200001",
		 names: ["CAP_CHOWN", "CAP_SYS_ADMIN", "63"],
		 allows: ["change the owner and group of any file",
			"mount file systems, enter namespaces and much more: nearly root",
			null],
		 dangerous: ["CAP_CHOWN", "CAP_SYS_ADMIN"],
		 unknown_to_kernel: ["63"]},
		{read_as: "names", of: null, set: null, mask: "0000000000200020",
		 names: ["CAP_KILL", "CAP_SYS_ADMIN"],
		 allows: ["send signals to any process",
			"mount file systems, enter namespaces and much more: nearly root"],
		 dangerous: ["CAP_SYS_ADMIN"], unknown_to_kernel: []}]}'
}

@test "what a mask gives is what its names give" {
	local mask names

	for mask in 0000000000000400 00000000a80425fb 000000c000000001; do
		decode --json "$mask"
		names=$(jq -r '.masks[0].names | join(",")' <<<"$output")
		decode --json "$names"
		is_json '.masks[0].mask == $mask' --arg mask "$mask"
	done
}

@test "what is neither mask nor name is wrong use" {
	local word

	for word in '' ',' ' ' a! -- -1 0x1.5 +400 400h? '=+' \
		$'\e[2J'; do
		capctl decode -- "$word"
		ended 2
		[[ "$stderr" = *"is neither a mask nor a capability's name: see 'capctl help decode'" ]] ||
			seen "of '$word'"
		[ -z "$output" ] || seen "of '$word'"
	done
	decode 00000000000000001
	complained "decode: '00000000000000001' has more than 16 digits: see 'capctl help decode'"
}

@test "an unknown name is an error" {
	decode KILL CAP_KIL
	complained "decode: unknown capability 'CAP_KIL' (did you mean 'KILL'?): 'capctl decode' without arguments lists them"
	decode 0x
	complained "decode: unknown capability '0x': 'capctl decode' without arguments lists them"
	decode CAP_CAP_KILL
	complained "decode: unknown capability 'CAP_CAP_KILL' (did you mean 'KILL'?): 'capctl decode' without arguments lists them"
}
