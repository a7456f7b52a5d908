#!/bin/sh
# Compiles the kernels for 64-bit ARM and runs checks of them under emulation, on an x86-64 machine
# with an ordinary Swift toolchain. Needs Debian's gcc-aarch64-linux-gnu, libc6-dev-arm64-cross and
# qemu-user-static; installs nothing.
#
# A toolchain for x86-64 brings no standard library for aarch64-linux. The one for Embedded Swift it
# does bring for bare 64-bit ARM, whose calling convention and data layout are the same: kernels
# need no more than that. The other targets (which use existentials and Foundation) are not compiled
# by this; they have no code of their own for any processor.
set -eu
cd "$(dirname "$0")/.."
out=.build-arm64
root=/usr/aarch64-linux-gnu
sources=Tests/ARM64
rm -rf "$out"
for module in COpenBLAS CProcessor; do
  mkdir -p "$out/modules/$module"
  cp Sources/$module/*.h "$out/modules/$module/"
  grep -v link Sources/$module/module.modulemap > "$out/modules/$module/module.modulemap"
done
# OpenBLAS's headers are the same for all processors but for constants that nobody here reads.
mkdir -p "$out/include"
for header in cblas.h openblas_config.h; do
  cp "$(find /usr/include -name "$header" | head -n 1)" "$out/include/"
done

swift_arm64() {
  swiftc -target aarch64-none-none-elf -enable-experimental-feature Embedded -wmo -O -swift-version 6 \
    -package-name habla -parse-as-library -I "$sources/Glibc" -I "$out/modules/COpenBLAS" \
    -I "$out/modules/CProcessor" -I "$out" \
    -Xcc "-I$PWD/$out/include" -Xcc "-isystem$root/include" -Xcc -D_GNU_SOURCE "$@"
}

for module in HablaKernelsWide HablaKernels; do
  swift_arm64 -module-name $module -emit-module -emit-module-path "$out/$module.swiftmodule" \
    -c Sources/$module/*.swift -o "$out/$module.o"
done
swift_arm64 -module-name Check -c "$sources/Main.swift" -o "$out/Check.o"
unicode=$(find "$(dirname "$(command -v swiftc)")/../lib/swift/embedded/aarch64-none-none-elf" -name 'libswiftUnicodeDataTables.a')
aarch64-linux-gnu-gcc -O2 -ffp-contract=off -I"$out/include" -o "$out/check" "$sources/products.c" "$out"/*.o "$unicode" \
  -static -fuse-ld=gold -lpthread -lm
qemu-aarch64-static "$out/check"
HABLA_KERNELS=baseline qemu-aarch64-static "$out/check"
