// openai-node, as its documentation says to use it. The argument names the package.
import { createReadStream, readFileSync } from "node:fs";
import { obey, versionOf } from "./told.mjs";

const name = process.argv[2];
const { default: OpenAI, toFile } = await import(name);

const clientAt = (where) =>
  new OpenAI({
    baseURL: where.base_url + "/v1",
    apiKey: where.key,
    maxRetries: where.retries,
  });

const saysErrors = (deed) => async (where, words) => {
  try {
    return await deed(where, words);
  } catch (error) {
    if (!(error instanceof OpenAI.APIError)) throw error;
    return {
      error: {
        class: error.constructor.name,
        status: error.status,
        code: error.code,
        param: error.param,
        message: error.message,
        request_id: error.requestID,
      },
    };
  }
};

const picturesOf = (answer) =>
  answer.data.map((one) => (one.url ? { url: one.url } : { data: one.b64_json }));

async function models(where) {
  const client = clientAt(where);
  const ids = [];
  for await (const model of client.models.list()) ids.push(model.id);
  return { models: ids, one: (await client.models.retrieve(ids[0])).id };
}

async function generate(where, { headers, ...words }) {
  const answer = await clientAt(where).images.generate(words, { headers });
  return { pictures: picturesOf(answer), request_id: answer._request_id };
}

const asSent = (path, how) =>
  how === "bytes" || how === "buffer"
    ? toFile(readFileSync(path))
    : how === "named"
      ? toFile(readFileSync(path), "picture.png", { type: "image/png" })
      : createReadStream(path); // goes out in chunks, without a length

async function withFiles({ images, mask, how, ...words }) {
  const several = await Promise.all(images.map((path) => asSent(path, how)));
  const asked = { ...words, image: several.length > 1 ? several : several[0] };
  if (mask) asked.mask = await asSent(mask, how);
  return asked;
}

async function edit(where, words) {
  const answer = await clientAt(where).images.edit(await withFiles(words));
  return { pictures: picturesOf(answer), request_id: answer._request_id };
}

async function told(events) {
  const seen = [];
  for await (const event of events) {
    const place = event.partial_image_index ?? null;
    seen.push({ type: event.type, data: event.b64_json, place });
  }
  return { events: seen };
}

const stream = async (where, words) =>
  told(await clientAt(where).images.generate({ ...words, stream: true }));

const streamEdit = async (where, words) =>
  told(await clientAt(where).images.edit({ ...(await withFiles(words)), stream: true }));

const ENDED = ["completed", "failed", "cancelled", "expired"];
const all = async (pages) => {
  const ids = [];
  for await (const one of pages) ids.push(one.id);
  return ids;
};

async function batch(where, { lines, is_cancelled, ...words }) {
  const client = clientAt(where);
  const content = lines.map((line) => JSON.stringify(line)).join("\n");
  const sent = await toFile(Buffer.from(content), "calls.jsonl");
  const file = await client.files.create({ file: sent, purpose: "batch" });
  const asked = { ...words, input_file_id: file.id, completion_window: "24h" };
  let made = await client.batches.create(asked);
  if (is_cancelled) await client.batches.cancel(made.id);
  while (!ENDED.includes(made.status)) {
    await new Promise((go) => setTimeout(go, 100));
    made = await client.batches.retrieve(made.id);
  }
  const listed = await all(client.batches.list({ limit: 1 }));
  const results = made.output_file_id
    ? await (await client.files.content(made.output_file_id)).text()
    : "";
  await client.files.delete(file.id);
  return {
    status: made.status,
    counts: made.request_counts,
    results: results.split("\n").filter(Boolean).map((line) => JSON.parse(line)),
    is_listed: listed.includes(made.id),
    files: (await all(client.files.list())).filter((id) => id === file.id),
  };
}

await obey(
  {
    batch: saysErrors(batch),
    models: saysErrors(models),
    generate: saysErrors(generate),
    edit: saysErrors(edit),
    stream: saysErrors(stream),
    stream_edit: saysErrors(streamEdit),
  },
  versionOf(name),
);
