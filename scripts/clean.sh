# shellcheck shell=bash
# Sourced first by the scripts that install, build and test: they start again in a stated environment, so that none of them
# depends on what its user has set. What is passed on, where it is set:
if [ "${FLOPSHIM_CLEAN:-}" != 1 ]; then
  passed=(
    HOME                                                             # pip's cache and its configuration
    http_proxy https_proxy no_proxy HTTP_PROXY HTTPS_PROXY NO_PROXY  # how apt and pip reach the network,
    'PIP_*' APT_CONFIG                                               # where they fetch packages,
    SSL_CERT_FILE SSL_CERT_DIR REQUESTS_CA_BUNDLE CURL_CA_BUNDLE     # and whom they trust
    OPENBLAS_CORETYPE OPENBLAS_L2_SIZE                               # some processors get wrong results without them
  )
  kept=()
  for name in $(compgen -e); do
    for pattern in "${passed[@]}"; do
      # shellcheck disable=SC2053
      [[ $name == $pattern ]] && kept+=("$name=${!name}")
    done
  done
  exec env -i FLOPSHIM_CLEAN=1 PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 "${kept[@]}" \
    bash "$0" "$@" </dev/null
fi
unset FLOPSHIM_CLEAN
umask 022
