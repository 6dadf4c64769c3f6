# Which gate runs: the one that the input path names, or the released one that
# checksums.txt pins. Sourced by run.sh.
# shellcheck shell=bash disable=SC2154
#
# checksums.txt lies in the same commit as this script, so who pins the action by
# its commit pins the binary as well. Neither the connection nor the place of the
# release has to be trusted.

# Limits of the download, in bytes and seconds.
readonly MAX_BINARY=104857600 MAX_CONNECT=20 MAX_DOWNLOAD=300

# find_binary sets binary to the gate to run.
find_binary() {
	if [ -z "$INPUT_PATH" ]; then
		download
		return
	fi
	binary=$(absolute "$INPUT_PATH")
	if [ ! -f "$binary" ] || [ ! -x "$binary" ]; then
		die "$USAGE" "the input path is \"$INPUT_PATH\", which is no program"
	fi
	if in_checkout "$binary"; then
		die "$USAGE" "the input path is \"$INPUT_PATH\", a file of the checkout: a change could bring its own gate along" \
			"put the binary outside the repository, or leave path out"
	fi
}

# download fetches and verifies the pinned binary.
download() {
	local sum file version
	find_pin
	version=${file#gate_} version=${version%%_*}
	command -v curl >/dev/null || die "$UNJUDGED" "curl is not installed, so gate cannot be downloaded" "install curl, or name a gate with the input path"
	curl --fail --silent --show-error --location --proto '=https,http' --retry 3 --connect-timeout "$MAX_CONNECT" \
		--max-time "$MAX_DOWNLOAD" --max-filesize "$MAX_BINARY" --output "$work/$file" -- "$INPUT_RELEASE_URL/v$version/$file" ||
		die "$UNJUDGED" "$file could not be downloaded, see above" \
			"on a runner that cannot reach github.com, name a mirror with release-url or a binary with path"
	verify_sum "$work/$file" "$sum"
	chmod +x "$work/$file"
	binary=$work/$file
}

# find_pin sets sum and file to the line of checksums.txt for this platform.
find_pin() {
	local platform pinned_sum pinned_file
	find_platform
	sum="" file=""
	while read -r pinned_sum pinned_file; do
		[[ $pinned_sum =~ ^[0-9a-f]{64}$ && $pinned_file =~ ^gate_[0-9A-Za-z.+-]+_${platform//./\\.}$ ]] || continue
		[ -z "$file" ] || die "$UNJUDGED" "this commit of the action pins two releases of gate for $platform"
		sum=$pinned_sum file=$pinned_file
	done <"$here/checksums.txt"
	[ -n "$file" ] || die "$UNJUDGED" "this commit of the action pins no release of gate for $platform" \
		"use the commit of a release, or name a gate with the input path"
}

# find_platform sets platform to the end of the binary's name: OS_ARCH[.exe]
find_platform() {
	case $RUNNER_OS-$RUNNER_ARCH in
	Linux-X64) platform=linux_amd64 ;;
	Linux-ARM64) platform=linux_arm64 ;;
	macOS-X64) platform=darwin_amd64 ;;
	macOS-ARM64) platform=darwin_arm64 ;;
	Windows-X64) platform=windows_amd64.exe ;;
	Windows-ARM64) platform=windows_arm64.exe ;;
	*) die "$UNJUDGED" "gate is not released for $RUNNER_OS on $RUNNER_ARCH" "name a gate with the input path" ;;
	esac
}

# verify_sum removes a file and ends the step if its SHA-256 is another.
verify_sum() {
	local got
	got=$(sha256 <"$1") || die "$UNJUDGED" "neither sha256sum nor shasum is installed, so the download cannot be verified"
	if [ "${got%% *}" != "$2" ]; then
		rm -f "$1"
		die "$UNJUDGED" "the download is not the gate that this action pins: SHA-256 is ${got%% *}, want $2" \
			"it was not run; if release-url is a mirror, look at what it serves"
	fi
}

sha256() {
	if command -v sha256sum >/dev/null; then
		sha256sum
	else
		shasum -a 256
	fi
}
