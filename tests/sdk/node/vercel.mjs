// The Vercel AI SDK. The argument names the package through which it reaches Easel.
import { readFileSync } from "node:fs";
import { APICallError, RetryError, generateImage } from "ai";
import { obey, versionOf } from "./told.mjs";

const name = process.argv[2];
const made = await import(name);

// How each of the packages is pointed at a server, and what it calls a server's own fields.
const ways = {
  "@ai-sdk/openai": (where) =>
    made.createOpenAI({ baseURL: where.base_url + "/v1", apiKey: where.key }),
  "@ai-sdk/openai-compatible": (where) =>
    made.createOpenAICompatible({
      name: "easel",
      baseURL: where.base_url + "/v1",
      apiKey: where.key,
    }),
  "@ai-sdk/google": (where) =>
    made.createGoogleGenerativeAI({
      baseURL: where.base_url + "/v1beta",
      apiKey: where.key,
    }),
};
const OWN = ["resolution", "seed", "fit", "response_format"];

function inItsWords(where, words) {
  const { model, prompt, n, size, aspect_ratio, images, mask } = words;
  const own = Object.fromEntries(
    OWN.filter((field) => field in words).map((field) => [field, words[field]]),
  );
  const files = (images ?? []).map((path) => readFileSync(path));
  return {
    model: ways[name](where).imageModel(model ?? "sketch-1"),
    prompt: images
      ? { text: prompt, images: files, mask: mask && readFileSync(mask) }
      : prompt,
    n,
    size,
    aspectRatio: name.endsWith("google") ? aspect_ratio : undefined,
    providerOptions: { easel: { ...own, aspect_ratio }, openai: own },
    maxRetries: where.retries,
  };
}

function errorIn(error) {
  const last = RetryError.isInstance(error) ? error.lastError : error;
  if (!APICallError.isInstance(last)) throw error;
  const said = JSON.parse(last.responseBody).error;
  return {
    error: {
      class: last.name,
      status: last.statusCode,
      code: name.endsWith("google") ? said.status : said.code,
      message: last.message,
    },
  };
}

async function generate(where, words) {
  try {
    const { images } = await generateImage(inItsWords(where, words));
    return { pictures: images.map((image) => ({ data: image.base64 })) };
  } catch (error) {
    return errorIn(error);
  }
}

await obey(
  { generate, edit: generate },
  versionOf(name),
);
