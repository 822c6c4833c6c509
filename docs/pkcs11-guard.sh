#!/bin/sh
# Wraps a key by an AES key that never leaves a PKCS#11 module, for
#   nuanxin … --guard-wrap "sh pkcs11-guard.sh wrap" --guard-unwrap "sh pkcs11-guard.sh unwrap"
# Needs OpenSC and OpenSSL. The environment says where: PKCS11_MODULE (the module's
# library), PKCS11_TOKEN (its label), PKCS11_KEY (the key's id, hexadecimal),
# PKCS11_PIN_FILE (a file that holds the PIN, readable by the program's user alone).
# The program itself finds a wrapped key that was changed.
set -eu
umask 077
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
PIN=$(cat "$PKCS11_PIN_FILE")
export PIN
ask() { # ask --encrypt|--decrypt: in → out
  pkcs11-tool --module "$PKCS11_MODULE" --token-label "$PKCS11_TOKEN" --login --pin env:PIN --id "$PKCS11_KEY" \
    "$1" --mechanism AES-CBC-PAD --iv "$2" --input-file "$dir/in" --output-file "$dir/out" >/dev/null 2>"$dir/said" ||
    { cat "$dir/said" >&2; exit 1; }
}
case $1 in
wrap)
  cat >"$dir/in"
  iv=$(openssl rand -hex 16)
  ask --encrypt "$iv"
  printf '%s\n' "$iv"
  openssl base64 -in "$dir/out"
  ;;
unwrap)
  read -r iv
  openssl base64 -d -out "$dir/in"
  ask --decrypt "$iv"
  cat "$dir/out"
  ;;
*)
  echo "usage: pkcs11-guard.sh wrap|unwrap" >&2
  exit 2
  ;;
esac
