// @google/genai, as its documentation says to use it. The argument names the package.
import { readFileSync } from "node:fs";
import { obey, versionOf } from "./told.mjs";

const name = process.argv[2];
const { GoogleGenAI, ApiError } = await import(name);
const MODEL = "sketch-1";

const clientAt = (where) =>
  new GoogleGenAI({ apiKey: where.key, httpOptions: { baseUrl: where.base_url } });

const saysErrors = (deed) => async (where, words) => {
  try {
    return await deed(clientAt(where), words);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const said = JSON.parse(error.message).error; // this client keeps the body as its text
    return {
      error: {
        class: error.constructor.name,
        status: error.status,
        code: said.status,
        message: said.message,
      },
    };
  }
};

const configOf = (words) => ({
  responseModalities: ["IMAGE"],
  imageConfig: { aspectRatio: words.aspect_ratio, imageSize: words.resolution },
  candidateCount: words.n,
});

const asked = (words) => ({
  model: words.model ?? MODEL,
  contents: [
    { text: words.prompt },
    ...(words.images ?? []).map((path) => ({
      inlineData: { mimeType: "image/png", data: readFileSync(path).toString("base64") },
    })),
  ],
  config: configOf(words),
});

const picturesIn = (answer) =>
  (answer.candidates ?? [])
    .flatMap((one) => one.content?.parts ?? [])
    .filter((part) => part.inlineData)
    .map((part) => ({ data: part.inlineData.data }));

async function models(client) {
  const ids = [];
  for await (const model of await client.models.list())
    ids.push(model.name.replace(/^models\//, ""));
  const one = await client.models.get({ model: ids[0] });
  return { models: ids, one: one.name.replace(/^models\//, "") };
}

async function generate(client, words) {
  const answer = await client.models.generateContent(asked(words));
  return {
    pictures: picturesIn(answer),
    reasons: (answer.candidates ?? []).map((one) => one.finishReason),
    model: answer.modelVersion,
    tokens: answer.usageMetadata?.totalTokenCount,
  };
}

async function stream(client, words) {
  const pictures = [];
  for await (const chunk of await client.models.generateContentStream(asked(words)))
    pictures.push(...picturesIn(chunk));
  return { pictures };
}

async function chat(client, words) {
  const talk = client.chats.create({ model: MODEL, config: configOf(words) });
  const first = await talk.sendMessage({ message: words.prompt });
  const second = await talk.sendMessage({ message: words.then });
  return { pictures: [...picturesIn(first), ...picturesIn(second)] };
}

async function count(client, words) {
  const counted = await client.models.countTokens({
    model: MODEL,
    contents: words.prompt,
  });
  return { tokens: counted.totalTokens };
}

await obey(
  {
    models: saysErrors(models),
    generate: saysErrors(generate),
    edit: saysErrors(generate),
    stream: saysErrors(stream),
    chat: saysErrors(chat),
    count: saysErrors(count),
  },
  versionOf(name),
);
