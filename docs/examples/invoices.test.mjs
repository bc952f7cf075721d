// Tests of a program on the Batches API, against the mock: `npm install @llamaindex/llama-cloud`, then `node --test`.
// The command `batches-conformance` is on the PATH, in whatever environment it was installed.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { after, before, beforeEach, test } from "node:test";

import LlamaCloud, { toFile } from "@llamaindex/llama-cloud";

const SERVE = ["mock", "--port", "0", "--json", "--until-stdin-closes", "--control", "--pace", "0.05"];
let server, mock, client;

// The mock says on one line where it listens. It ends when its standard input closes, also when these tests crash.
before(async () => {
  server = spawn("batches-conformance", SERVE, { stdio: ["pipe", "pipe", "inherit"] });
  const [line] = await once(createInterface(server.stdout), "line");
  mock = JSON.parse(line);
  client = new LlamaCloud({ apiKey: mock.api_key, baseURL: mock.base_url });
});
beforeEach(() => control("POST", "reset"));
after(() => server.stdin.end());

async function control(method, path, body) {
  const response = await fetch(`${mock.control_url}/${path}`, {
    method,
    headers: { "Content-Type": "application/json" },
    body: body && JSON.stringify(body),
  });
  assert.ok(response.ok, await response.text());
}

async function uploaded(...names) {
  const directory = await client.beta.directories.create({ name: "invoices" });
  for (const name of names) {
    await client.beta.directories.files.upload(directory.id, { upload_file: await toFile(Buffer.from("%PDF-1.4\n"), name) });
  }
  return directory.id;
}

async function ended(directoryId) {
  let batch = await client.batches.create({
    source_directory_id: directoryId,
    config: { job: { type: "parse_v2", configuration_id: "cfg-PARSE_AGENTIC" } },
  });
  while (!["COMPLETED", "FAILED", "CANCELLED"].includes(batch.status)) {
    batch = await client.batches.get(batch.id, { expand: ["results"] });
  }
  return batch;
}

test("every file gets a job", async () => {
  const batch = await ended(await uploaded("one.pdf", "two.pdf"));
  assert.deepEqual(batch.results.map((result) => result.job_reference.type), ["parse_v2", "parse_v2"]);
});

test("a batch fails", async () => {
  const directoryId = await uploaded("one.pdf");
  await control("PUT", `scripts/${directoryId}`, { steps: [], end: "FAILED" });
  assert.equal((await ended(directoryId)).status, "FAILED");
});

test("nothing is left of the test before", async () => {
  const batches = [];
  for await (const batch of client.batches.list()) batches.push(batch);
  assert.deepEqual(batches, []);
});
