#!/bin/sh
# Install canonid from the sources in the working directory into a virtual environment of its own, without pip in it and
# with all bytecode compiled: what the image consists of. The image and a test of it both run this.
#   docker/install.sh /opt/canonid
set -eu

target=$1
python=${PYTHON_EXECUTABLE:-python3}
wheels=$(mktemp -d)
trap 'rm -rf "$wheels"' EXIT

"$python" -m venv --without-pip "$target"
"$python" -m pip wheel --quiet --no-cache-dir --no-deps --wheel-dir "$wheels" .
"$python" -m pip --python "$target/bin/python" install --quiet --no-cache-dir --no-compile "$wheels"/*.whl
# By hash and never checked again: the file system is read-only, and its times need not be kept.
"$target/bin/python" -m compileall -q -j 0 --invalidation-mode unchecked-hash "$target/lib"
"$target/bin/canonid" --version
