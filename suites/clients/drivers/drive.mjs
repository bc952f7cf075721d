// Makes the calls of the Node client that it is asked for, one JSON line for each, and writes the result of each.
// The orders and the answers are those of drive.py. The first argument is the folder of the installed package.
// The client checks no answer against its types, which are gone at run time: whoever gives the orders does.

import { createInterface } from "node:readline";
import { createRequire } from "node:module";
import path from "node:path";

const RETRIES = 4;
const TEXT_LIMIT = 2000;
const GATEWAY = JSON.parse(process.env.GATEWAY ?? "{}");
const gatewayHeaders = Object.entries(GATEWAY.headers ?? {});
const { LlamaCloud, toFile } = createRequire(import.meta.url)(path.resolve(process.argv[2]));
const clients = new Map();
let exchanges = [];

// What a gateway asks for is for the service alone: with it, no redirect is followed.
function dressed(url, init) {
  if (!gatewayHeaders.length) return init;
  const headers = new Headers(init?.headers);
  if (new URL(url).origin === new URL(process.env.LLAMA_CLOUD_BASE_URL).origin) {
    for (const [name, value] of gatewayHeaders) headers.set(name, value);
  }
  return { ...init, headers, redirect: "manual" };
}

async function listen(url, init) {
  const response = await fetch(url, dressed(url, init));
  const received = Buffer.from(await response.clone().arrayBuffer());
  exchanges.push({
    method: (init?.method ?? "GET").toUpperCase(),
    url: String(url),
    sent: typeof init?.body === "string" ? Buffer.from(init.body).toString("base64") : "",
    status: response.status,
    headers: [...response.headers],
    received: received.toString("base64"),
  });
  return response;
}

function client(key) {
  if (!clients.has(key)) {
    const options = { maxRetries: RETRIES, timeout: 1000 * Number(process.env.REQUEST_TIMEOUT), fetch: listen };
    clients.set(key, new LlamaCloud(key ? { ...options, apiKey: key } : options));
  }
  return clients.get(key);
}

async function real(value) {
  if (Array.isArray(value)) return Promise.all(value.map(real));
  if (value === null || typeof value !== "object") return value;
  if ("$file" in value) return toFile(Buffer.from(value.text), value.$file, { type: "application/pdf" });
  if ("$instant" in value) return value.$instant;
  return Object.fromEntries(await Promise.all(Object.entries(value).map(async ([name, each]) => [name, await real(each)])));
}

const page = (found) => ({ items: found.items, next_page_token: found.next_page_token || null });

async function perform(order) {
  const names = order.call.split(".");
  const name = names.pop();
  const resource = names.reduce((each, part) => each?.[part], client(order.key));
  if (typeof resource?.[name] !== "function") throw new TypeError(`the client has no ${order.call}`);
  const given = [...(await real(order.path)), await real(order.arguments)];
  const asked = resource[name](...given);
  if (order.style === "raw") {
    const { data, response } = await asked.withResponse();
    return { status: response.status, value: data };
  }
  let found = await asked;
  if (!order.pages) return found ?? null;
  const pages = [page(found)];
  while (pages.length < order.pages && found.hasNextPage()) {
    found = await found.getNextPage();
    pages.push(page(found));
  }
  return { pages, goes_on: found.hasNextPage() };
}

function classes(error) {
  const names = [];
  for (let each = Object.getPrototypeOf(error); each && each !== Object.prototype; each = Object.getPrototypeOf(each)) {
    names.push(each.constructor.name);
  }
  return names;
}

for await (const line of createInterface({ input: process.stdin })) {
  exchanges = [];
  let reply;
  try {
    reply = { value: await perform(JSON.parse(line)), error: null };
  } catch (error) {
    reply = { value: null, error: { classes: classes(error), message: String(error?.message ?? error).slice(0, TEXT_LIMIT) } };
  }
  process.stdout.write(`${JSON.stringify({ ...reply, exchanges })}\n`);
}
