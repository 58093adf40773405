// Do what is told on standard input, a line of JSON at a time, and answer with one.
// The first thing a deed gets is where Easel is and whose key is used.
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";

const home = new URL("./node_modules/", import.meta.url);

export function versionOf(name) {
  return JSON.parse(readFileSync(new URL(`${name}/package.json`, home))).version;
}

export async function obey(deeds, version) {
  const say = (what) => process.stdout.write(JSON.stringify(what) + "\n");
  say({ version });
  for await (const line of createInterface({ input: process.stdin })) {
    const { deed, where, words } = JSON.parse(line);
    try {
      say(await deeds[deed](where, words));
    } catch (error) {
      say({ broke: String(error?.stack ?? error) });
    }
  }
}
