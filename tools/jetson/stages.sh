# shellcheck shell=bash
# The stages of build-onnxruntime.sh, which sets the variables that they read. Each leaves a stamp when it is done.
# shellcheck disable=SC2154

# Runs a command, or only prints it.
run() {
  printf '+'
  printf ' %q' "$@"
  printf '\n'
  $is_dry || "$@"
}

# Runs a stage unless it has a stamp.
stage() { # name function
  local stamp=$work/stamps/$1
  if [[ -e $stamp ]]; then
    printf '= %s: done before\n' "$1"
    return
  fi
  printf '= %s\n' "$1"
  "$2"
  run touch "$stamp"
}

path_key() { printf '%s' "$1" | sha256sum | cut -c1-12; }

check_tools() {
  local tool
  for tool in curl tar gcc g++ python3 node npm; do
    command -v "$tool" >/dev/null || refuse "expected $tool, not found: sudo apt install build-essential curl python3-dev; Node.js 22 as docs/jetson.md says"
  done
  [[ $(uname -m) == aarch64 ]] || refuse "expected a Jetson (aarch64), found $(uname -m): --dry-run prints the commands"
  [[ -x $cuda_home/bin/nvcc ]] || refuse "expected $cuda_home/bin/nvcc, not found: sudo apt install nvidia-jetpack"
  compgen -G "$root/usr/include/aarch64-linux-gnu/NvInfer.h" >/dev/null ||
    refuse 'expected the headers of TensorRT, not found: sudo apt install nvidia-jetpack'
  [[ -f $target/package.json ]] || refuse "expected the package onnxruntime-node in $target, not found: npm ci"
  [[ $(node -p 'require(process.argv[1]).version' "$(realpath "$target")/package.json") == "$version" ]] ||
    refuse "$target: expected onnxruntime-node $version"
}

# Downloads a file unless it is there with its checksum. GitHub cannot resume a download, so it starts from the beginning.
fetch() { # url sha256
  local file=$work/${1##*/}
  $is_dry || ! has_checksum "$file" "$2" || return 0
  run curl --fail --location --retry 5 --output "$file" "$1"
  printf '+ sha256sum --check <<< %q\n' "$2  $file"
  $is_dry || has_checksum "$file" "$2" || refuse "$file: expected the checksum $2, found another; start again"
}

has_checksum() { [[ -f $1 ]] && sha256sum --check --status <<<"$2  $1"; }

fetch_source() {
  fetch "$source_url" "$source_sha256"
  run tar -xzf "$work/v$version.tar.gz" -C "$work"
}

fetch_cmake() {
  fetch "$cmake_url" "$cmake_sha256"
  run tar -xzf "$work/$cmake_name.tar.gz" -C "$work"
}

# ONNX Runtime's binding passes TensorRT only its device, and TensorRT then ignores the environment variables, too. This adds
# one property, engineCachePath: a folder in which engines and timings are kept.
add_engine_cache() {
  $has_cache || return 0
  run "$here/add-engine-cache.sh" "$work/onnxruntime-$version/js/node/src/session_options_helper.cc"
}

# Flags: onnxruntime.ai/docs/build/eps and tools/ci_build/build_args.py of the source. One thread in each nvcc, because
# boards lack memory; tests are omitted, because they take as long as the build.
build() {
  local flags=(
    --config Release --update --build --build_dir "${built%/Release}"
    --parallel "$jobs" --nvcc_threads 1
    --cmake_path "$work/$cmake_name/bin/cmake" --skip_tests --skip_submodule_sync --compile_no_warning_as_error
    --build_shared_lib --build_nodejs
    --use_cuda --cuda_home "$cuda_home" --cudnn_home "$root/usr/lib/aarch64-linux-gnu"
    --use_tensorrt --tensorrt_home "$root/usr/lib/aarch64-linux-gnu"
    --cmake_extra_defines "CMAKE_CUDA_ARCHITECTURES=$architecture" onnxruntime_BUILD_UNIT_TESTS=OFF
  )
  # In a container the builder is root.
  ((EUID == 0)) && flags+=(--allow_running_as_root)
  # The binding's own install script would fetch CUDA libraries for another machine.
  run env ONNXRUNTIME_NODE_INSTALL=skip CUDACXX="$cuda_home/bin/nvcc" PATH="$work/$cmake_name/bin:$PATH" \
    bash "$work/onnxruntime-$version/build.sh" "${flags[@]}"
}

# npm's libraries are kept next to the new ones, so that they can be restored.
install_libraries() {
  local napi=bin/napi-v6/linux/arm64
  local from=$work/onnxruntime-$version/js/node/$napi to=$target/$napi
  [[ -e $to.npm ]] || run cp -a "$to" "$to.npm"
  run cp -L "$from/onnxruntime_binding.node" "$to/"
  run cp -L "$built/libonnxruntime.so.1" "$to/"
  local provider
  for provider in shared cuda tensorrt; do
    run cp -L "$built/libonnxruntime_providers_$provider.so" "$to/"
  done
}
