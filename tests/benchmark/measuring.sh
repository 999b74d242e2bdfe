# SPDX-License-Identifier: MIT
# How a FastAGI server is measured: for the scripts beside it, which are run from the top folder.

build=build/benchmark
bin=$build/tests/benchmark
# prepare TARGETS...: installs what is missing, and builds the programs.
prepare() {
    .ci/install-packages g++ cmake ninja-build libfmt-dev libbenchmark-dev libasio-dev
    mkdir -p build
    if ! {
        cmake -S . -B $build -G Ninja -DCMAKE_BUILD_TYPE=Release -DAGI_BENCHMARK=ON -DAGI_TESTS=OFF \
            -DAGI_EXAMPLES=OFF -DAGI_INSTALL=OFF && cmake --build $build --target "$@"
    } >build/log 2>&1; then
        cat build/log
        exit 1
    fi
}

# Server and driver have a processor each.
server_cpu=0
driver_cpu=1
first=()
[[ $(nice -n -15 nice 2>/dev/null) == -15 ]] && first=(nice -n -15)

port=14000
server=
stop_server() {
    if [[ -n $server ]]; then
        kill -KILL "$server" 2>/dev/null || true
        wait "$server" 2>/dev/null || true
        server=
    fi
}
trap stop_server EXIT

# measure PROGRAM MODE OPTIONS...: runs the server and prints what the driver says of it.
measure() {
    local program=$1 kind=$2 mode=$3
    shift 3
    port=$((port + 1))
    "${first[@]}" taskset -c $server_cpu "$bin/$program" "$kind" $port 2>/dev/null &
    server=$!
    sleep 0.2
    "${first[@]}" "$bin/agiload" "$mode" --port $port --pid $server --pin-driver $driver_cpu \
        --timeout 120 "$@" || true
    stop_server
}
# field NAME: of JSON on standard input; `rtt_us.p99` is inside an object.
field() {
    local name=${1%%.*} part=${1#*.}
    if [[ $name == "$part" ]]; then
        sed -E "s/.*\"$name\":(-?[0-9.]+).*/\1/"
    else
        sed -E "s/.*\"$name\":\{[^}]*\"$part\":([0-9.]+).*/\1/"
    fi
}
median() {
    sort -n | awk '
        function at(part) {return v[int(NR * part + 0.999)]}
        {v[NR] = $1}
        END {printf "%.2f [%.2f %.2f]", at(0.5), at(0.25), at(0.75)}'
}
row() {
    printf '%-68s %6s  %s\n' "$1" "$2" "$3"
}
