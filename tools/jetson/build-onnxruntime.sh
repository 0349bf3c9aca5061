#!/usr/bin/env bash
# Builds ONNX Runtime with CUDA and TensorRT and its Node binding on a Jetson: docs/jetson.md.
#
#   tools/jetson/build-onnxruntime.sh            reports what it found, what it needs and what it would do
#   tools/jetson/build-onnxruntime.sh --yes      builds; if started again, it continues where it stopped
#   tools/jetson/build-onnxruntime.sh --dry-run  prints every command
#
# Exit codes: 0 done, 2 wrong input or set-up; otherwise that of the stage that failed.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tools/jetson/jetpack.sh
source "$here/jetpack.sh"
# shellcheck source=tools/jetson/stages.sh
source "$here/stages.sh"

# Same version as package.json's onnxruntime-node: the binding's JavaScript stays npm's, its libraries are replaced.
version=1.30.0
source_url=https://github.com/microsoft/onnxruntime/archive/refs/tags/v$version.tar.gz
source_sha256=f6681ecbddf53898adf0cc9e8e9e84657485b84d2eca3c8aa353de6d7dd417ef
# ONNX Runtime requires CMake 3.28, and JetPack 6 has 3.22.
cmake_name=cmake-3.31.6-linux-aarch64
cmake_url=https://github.com/Kitware/CMake/releases/download/v3.31.6/$cmake_name.tar.gz
cmake_sha256=b4cc788d63112b2749b40627e719eb5d3b8ed8f00c36d77189f4019cfe64bc9e

# A root other than / lets a test, or a mounted disk of a board, describe a JetPack that does not run here.
root=${WINDSHIELD_JETSON_ROOT:-}
work=${XDG_CACHE_HOME:-$HOME/.cache}/windshield/onnxruntime-$version
target=$(cd "$here/../.." && pwd)/node_modules/onnxruntime-node
disk_gb=30
gb_per_job=4
jobs='' board='' l4t='' goes_on=false is_dry=false has_cache=true

usage() {
  cat <<USAGE
usage: build-onnxruntime.sh [--yes | --dry-run] [options]
  --yes             go on after the plan
  --dry-run         print every command, run none
  --work <folder>   sources, build and stamps (default: $work)
  --into <folder>   the onnxruntime-node package that gets the libraries (default: this checkout's)
  --board <name>    xavier, orin or thor, where the board cannot be found out
  --l4t <version>   of the machine that it will run on, where it cannot be found out, as in a container: 36.4.0
  --jobs <n>        compilers at a time (default: by cores and free memory)
  --disk-gb <n>     what has to be free in the work folder (default: $disk_gb)
  --no-engine-cache leave ONNX Runtime's binding as it is: TensorRT then builds its engines at each start
USAGE
}

refuse() {
  printf 'build-onnxruntime: %s\n' "$1" >&2
  exit 2
}

value_of() { # option value: prints the value, which must be present
  [[ -n ${2:-} && ${2:-} != --* ]] || refuse "expected a value after $1"
  printf '%s' "$2"
}

count_of() { # option value
  local value
  value=$(value_of "$@") || exit 2
  [[ $value =~ ^[1-9][0-9]{0,8}$ ]] || refuse "$1: expected a whole number from 1, found: $value"
  printf '%s' "$value"
}

while (($# > 0)); do
  case $1 in
    --yes) goes_on=true ;;
    --dry-run) is_dry=true ;;
    --no-engine-cache) has_cache=false ;;
    --work) work=$(value_of "$@") || exit; shift ;;
    --into) target=$(value_of "$@") || exit; shift ;;
    --board) board=$(value_of "$@") || exit; shift ;;
    --l4t) l4t=$(value_of "$@") || exit; shift ;;
    --jobs) jobs=$(count_of "$@") || exit; shift ;;
    --disk-gb) disk_gb=$(count_of "$@") || exit; shift ;;
    --help | -h) usage; exit 0 ;;
    *) usage >&2; refuse "unknown option: $1" ;;
  esac
  shift
done

find_jetpack
find_board
jobs=${jobs:-$(jobs_by_memory)}
cuda_home=$root/usr/local/cuda
built=$work/onnxruntime-$version/build/Linux/Release

free_gb=$(free_gb_near "$work")
cat <<PLAN
JetPack $jetpack (L4T $l4t): CUDA $cuda, TensorRT $tensorrt, cuDNN $cudnn; $board, compute capability $architecture
ONNX Runtime $version with CUDA and TensorRT, and its binding for Node.js
  work folder  $work
  libraries to $target
  disk         $disk_gb GB (an estimate); free: $free_gb GB
  time         2 to 8 hours (an estimate: no Jetson was at hand to measure it)
  compilers    $jobs at a time, $gb_per_job GB of memory each (an estimate)
PLAN
((free_gb >= disk_gb)) ||
  refuse "expected $disk_gb GB free for $work, found $free_gb GB: name another disk with --work"
if ! $is_dry; then
  $goes_on || refuse 'nothing done yet: --yes goes on, --dry-run prints the commands'
  check_tools
  mkdir -p "$work/stamps"
fi

# Everything that a stage's result depends on, so that stamps of other builds do not count.
key=$version-l4t$l4t-cuda$cuda-sm$architecture-cache_$has_cache
stage fetch-source fetch_source
stage fetch-cmake fetch_cmake
stage "engine-cache-$key" add_engine_cache
stage "build-$key" build
stage "install-$key-$(path_key "$target")" install_libraries
$is_dry || printf 'done: windshield doctor tries it\n'
