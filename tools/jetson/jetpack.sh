# shellcheck shell=bash
# Detects the JetPack and the board. Sourced by build-onnxruntime.sh, which sets `root` and defines `refuse`.
# shellcheck disable=SC2154,SC2034

# JetPack, L4T, CUDA, TensorRT, cuDNN, boards with their compute capabilities, whether ONNX Runtime builds there.
# 6.1, 6.2.2, 7.2 and CUDA of 7.0 are as NVIDIA's JetPack pages state them; the other versions have not been checked
# against these pages. ? marks a version that was not found. Versions are printed and distinguish builds; the last column
# decides whether to refuse. Since CUDA 13 Thor is 110; CUDA 12.8 called it 101, only in DRIVE OS.
# Limits: ONNX Runtime's build needs CMake 3.28, Python 3.10 and C++20, its CUDA provider CUDA 12 and cuDNN 9, and
# its TensorRT provider targets TensorRT 10 (onnxruntime.ai/docs: build/eps, TensorRT-ExecutionProvider).
jetpack_table() {
  cat <<'TABLE'
5.1.1 35.3.1 11.4 8.5.2 8.6.0  xavier=72,orin=87 too-old
5.1.2 35.4.1 11.4 8.5.2 8.6.0  xavier=72,orin=87 too-old
5.1.3 35.5.0 11.4 8.5.2 8.6.0  xavier=72,orin=87 too-old
6.0   36.3.0 12.2 8.6.2 8.9.4  orin=87           too-old
6.1   36.4.0 12.6 10.3  9.3    orin=87           builds
6.2   36.4.3 12.6 10.3  9.3    orin=87           builds
6.2.1 36.4.4 12.6 10.3  9.3    orin=87           builds
6.2.2 36.5.0 12.6 10.3  9.3    orin=87           builds
7.0   38.2.0 13.0 10.13 9.12   thor=110          builds
7.0   38.2.1 13.0 10.13 9.12   thor=110          builds
7.1   38.4.0 13.0 ?     ?      thor=110          builds
7.2   39.2.0 13.2 10.16 9.20   orin=87,thor=110  builds
TABLE
}

known_jetpacks() { jetpack_table | awk '$7 == "builds" { printf "%s%s (L4T %s)", sep, $1, $2; sep = ", " }'; }

# Sets jetpack, l4t, cuda, tensorrt, cudnn, boards; refuses versions that are not in the table, by name.
find_jetpack() {
  local release=$root/etc/nv_tegra_release name='' builds=''
  jetpack=''
  if [[ -n $l4t ]]; then
    name="L4T $l4t"
  elif [[ -r $release ]]; then
    # "# R36 (release), REVISION: 4.3, GCID: ..." is L4T 36.4.3; "REVISION: 4" is 36.4.0.
    l4t=$(sed -nE '1s/^# R([0-9]+) \(release\), REVISION: ([0-9.]+),.*/\1.\2/p' "$release")
    [[ -n $l4t ]] || refuse "$release: expected \"# R36 (release), REVISION: 4.3, ...\", found: $(head -c 80 "$release" | head -n 1)"
    [[ $l4t == *.*.* ]] || l4t=$l4t.0
    name="L4T $l4t"
  else
    # A container has no such file, but may have the package. Its version is "6.2.1+b38".
    jetpack=$(dpkg-query --admindir="$root/var/lib/dpkg" -W -f='${Version}' nvidia-jetpack 2>/dev/null || true)
    jetpack=${jetpack%%[+-]*}
    [[ -n $jetpack ]] || refuse "expected a Jetson, found neither $release nor the package nvidia-jetpack; --l4t says it in a container"
    name="JetPack $jetpack"
  fi
  read -r jetpack l4t cuda tensorrt cudnn boards builds < <(
    jetpack_table | awk -v l4t="$l4t" -v jetpack="$jetpack" '(l4t != "" ? $2 == l4t : $1 == jetpack) { print; exit }'
  ) || refuse "$name is not in the table of tools/jetson/jetpack.sh; known: $(known_jetpacks)"
  [[ $builds == builds ]] ||
    refuse "JetPack $jetpack (L4T $l4t) has CUDA $cuda, TensorRT $tensorrt and cuDNN $cudnn; ONNX Runtime $version needs CUDA 12, TensorRT 10 and cuDNN 9: move to JetPack $(known_jetpacks)"
}

# Sets board and architecture.
find_board() {
  local model=$root/proc/device-tree/model found='' entry
  if [[ -z $board && -r $model ]]; then
    found=$(tr -d '\0' <"$model")
    case ${found,,} in
      *xavier*) board=xavier ;;
      *orin*) board=orin ;;
      *thor*) board=thor ;;
    esac
  fi
  # A JetPack for a single board identifies it.
  if [[ -z $board && -z $found && $boards != *,* ]]; then board=${boards%=*}; fi
  [[ -n $board ]] || refuse "expected a board of $boards, found: ${found:-no $model}; name it with --board"
  architecture=''
  for entry in ${boards//,/ }; do
    [[ ${entry%=*} == "$board" ]] && architecture=${entry#*=}
  done
  [[ -n $architecture ]] || refuse "JetPack $jetpack runs on $boards, found: $board"
}

# Compilers at a time: one per core, limited by free memory and swap, at least one.
jobs_by_memory() {
  local cores memory_gb
  cores=$(nproc)
  memory_gb=$(awk '/^(MemAvailable|SwapFree):/ { kb += $2 } END { print int(kb / 1048576) }' "$root/proc/meminfo" 2>/dev/null || echo 0)
  local fit=$((memory_gb / gb_per_job))
  ((fit > cores)) && fit=$cores
  ((fit < 1)) && fit=1
  echo "$fit"
}

# Full gigabytes free on the disk of a folder that need not exist yet.
free_gb_near() {
  local folder=$1
  while [[ ! -d $folder ]]; do folder=$(dirname "$folder"); done
  df -Pk "$folder" | awk 'NR == 2 { print int($4 / 1048576) }'
}
