// Run the samples of a folder, a few at a time. Prints one JSON object: what went wrong, by name.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const AT_ONCE = 2;
const folder = process.argv[2];
process.chdir(folder);
const say = console.log;
console.log = () => {};
const wrong = {};
const samples = readdirSync(folder).filter((name) => name.endsWith(".mjs"));
async function work() {
  for (let name = samples.shift(); name; name = samples.shift()) {
    await import(pathToFileURL(join(folder, name))).catch((error) => {
      wrong[name.replace(/\.mjs$/, "")] = String(error.stack ?? error);
    });
  }
}
await Promise.all(Array.from({ length: AT_ONCE }, work));
say(JSON.stringify(wrong));
