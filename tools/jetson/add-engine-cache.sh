#!/usr/bin/env bash
# Adds the property engineCachePath of the TensorRT provider to ONNX Runtime's Node binding:
#   add-engine-cache.sh <onnxruntime>/js/node/src/session_options_helper.cc
# Running it twice does no harm. Exit code 2 if the source is not the one it was written for.
set -euo pipefail

file=${1:?the path of session_options_helper.cc}
if grep -q engineCachePath "$file"; then exit 0; fi
# The only call that passes the options on; the new code goes in front of it, where `options` and `epValue` are in scope.
anchor='sessionOptions.AppendExecutionProvider_TensorRT_V2(*options);'
found=$(grep -cF "$anchor" "$file" || true)
if [[ $found != 1 ]]; then
  printf '%s: expected one line with %s, found %s; go on with --no-engine-cache\n' "$file" "$anchor" "$found" >&2
  exit 2
fi
added=$(mktemp "$file.XXXXXX")
awk -v anchor="$anchor" '
  index($0, anchor) {
    print "      if (epValue.IsObject() && epValue.As<Napi::Object>().Has(\"engineCachePath\")) {"
    print "        const std::string folder = epValue.As<Napi::Object>().Get(\"engineCachePath\").ToString().Utf8Value();"
    print "        const char* keys[] = {\"trt_engine_cache_enable\", \"trt_engine_cache_path\","
    print "                              \"trt_timing_cache_enable\", \"trt_timing_cache_path\"};"
    print "        const char* values[] = {\"1\", folder.c_str(), \"1\", folder.c_str()};"
    print "        Ort::ThrowOnError(Ort::GetApi().UpdateTensorRTProviderOptions(options, keys, values, 4));"
    print "      }"
  }
  { print }' "$file" >"$added"
mv "$added" "$file"
