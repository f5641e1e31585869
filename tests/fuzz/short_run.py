#!/usr/bin/env python3
"""Builds the fuzz targets with clang (preset `fuzz`) and runs each for a few seconds over its corpus.

  short_run.py --targets envelope payload     DOCKET_FUZZ_SECONDS (5) for each
                                              DOCKET_FUZZ_SEED     takes back the seed of a run

Exits 77, with the reason, where there is no clang with libFuzzer.
"""
import argparse
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

SOURCE = pathlib.Path(__file__).resolve().parents[2]
BUILD = SOURCE / "build" / "fuzz"  # binaryDir of the preset


def skip(why):
    print(f"SKIPPED: {why}")
    sys.exit(77)


def check_clang():
    clang = shutil.which("clang++")
    if clang is None:
        skip("there is no clang++ (Debian package clang)")
    with tempfile.TemporaryDirectory() as scratch:
        probe = pathlib.Path(scratch) / "probe.cc"
        probe.write_text(
            'extern "C" int LLVMFuzzerTestOneInput(const unsigned char*, unsigned long) { return 0; }\n')
        linked = subprocess.run(
            [clang, "-fsanitize=fuzzer,address,undefined", str(probe), "-o", str(probe) + ".out"],
            capture_output=True, text=True)
        if linked.returncode != 0:
            skip("clang++ has no libFuzzer (Debian package libclang-rt-14-dev)")


def build(targets):
    for command in (["cmake", "--preset", "fuzz"],
                    ["cmake", "--build", str(BUILD), "--target", *[t + "_fuzz" for t in targets]]):
        done = subprocess.run(command, cwd=SOURCE, capture_output=True, text=True)
        if done.returncode != 0:
            print(done.stdout[-4000:], done.stderr[-4000:], sep="\n")
            sys.exit(f"{' '.join(command)} failed")


def run(target, seconds, seed):
    """Answers whether the target held."""
    with tempfile.TemporaryDirectory() as scratch:
        found = pathlib.Path(scratch) / "found"
        found.mkdir()
        command = [str(BUILD / "bin" / f"{target}_fuzz"), f"-max_total_time={seconds}",
                   "-max_len=4096", "-timeout=10", "-rss_limit_mb=2048", "-print_final_stats=1",
                   f"-artifact_prefix={scratch}/"]
        if seed:
            command.append(f"-seed={seed}")
        command += [str(found), str(SOURCE / "tests" / "fuzz" / "corpus" / target)]
        done = subprocess.run(command, capture_output=True, text=True, errors="replace")
        text = done.stderr
        number = re.search(r"Seed: (\d+)", text)
        runs = re.search(r"number_of_executed_units: (\d+)", text)
        print(f"{target}: {runs.group(1) if runs else '?'} inputs in about {seconds} s, "
              f"seed {number.group(1) if number else '?'}: "
              f"{'good' if done.returncode == 0 else 'FAILED'}", flush=True)
        if done.returncode != 0:
            print(text[-6000:])  # with the input in Base64
        return done.returncode == 0


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--targets", nargs="+", required=True)
    targets = parser.parse_args().targets
    check_clang()
    build(targets)
    seconds = int(os.environ.get("DOCKET_FUZZ_SECONDS", "5"))
    held = [run(target, seconds, os.environ.get("DOCKET_FUZZ_SEED")) for target in targets]
    sys.exit(0 if all(held) else 1)


if __name__ == "__main__":
    main()
