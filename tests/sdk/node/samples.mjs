// Run the samples of a folder, all at once. Prints one JSON object: what went wrong, by name.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const folder = process.argv[2];
process.chdir(folder);
const say = console.log;
console.log = () => {};
const wrong = {};
const samples = readdirSync(folder).filter((name) => name.endsWith(".mjs"));
await Promise.all(
  samples.map((name) =>
    import(pathToFileURL(join(folder, name))).catch((error) => {
      wrong[name.replace(/\.mjs$/, "")] = String(error.stack ?? error);
    }),
  ),
);
say(JSON.stringify(wrong));
