#!/usr/bin/env bash
# Run the samples of a folder, all at once. An answer that is an error is one here, too.
# Prints one JSON object: what went wrong, by name.
cd "$1" || exit
curl() { command curl --fail-with-body -sS "$@"; }
export -f curl
for sample in *.sh; do
    bash -eo pipefail "$sample" >"$sample.said" 2>&1 || touch "$sample.wrong" &
done
wait
python3 - <<'END'
import json, pathlib
wrong = (pathlib.Path(one.stem + ".said") for one in pathlib.Path().glob("*.sh.wrong"))
print(json.dumps({one.name.split(".")[0]: one.read_text(errors="replace")[-2000:] for one in wrong}))
END
