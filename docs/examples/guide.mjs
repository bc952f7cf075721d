// The flow of the guide, with the newest official client: run a job over every file of a folder, and show each result.
//
//     node guide.mjs FOLDER [--product extract_v2] [--configuration ID] [--every SECONDS]
//
// The client reads LLAMA_CLOUD_API_KEY and LLAMA_CLOUD_BASE_URL. Exit code 1 says that the batch, or a file, has failed.

import { createReadStream } from "node:fs";
import { readdir } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";

import LlamaCloud from "@llamaindex/llama-cloud";

const TERMINAL = new Set(["COMPLETED", "FAILED", "CANCELLED"]);

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    product: { type: "string", default: "parse_v2" },
    configuration: { type: "string", default: "cfg-PARSE_AGENTIC" },
    every: { type: "string", default: "10" },
  },
});
const [folder] = positionals;
if (!folder) {
  console.error("Name a folder: node guide.mjs FOLDER");
  process.exit(2);
}
const client = new LlamaCloud();

// Uploads the PDF files of the folder into a new directory, which the service may clean up later.
async function upload() {
  const directory = await client.beta.directories.create({ name: path.basename(folder), type: "ephemeral" });
  const names = (await readdir(folder)).filter((name) => name.endsWith(".pdf")).sort();
  for (const name of names) {
    const file = createReadStream(path.join(folder, name));
    await client.beta.directories.files.upload(directory.id, { upload_file: file, display_name: name });
  }
  return directory.id;
}

// Runs a batch over the directory until it has ended.
async function runBatch(directoryId) {
  let batch = await client.batches.create({
    source_directory_id: directoryId,
    config: { job: { type: values.product, configuration_id: values.configuration } },
  });
  console.log(batch.id, batch.status);
  while (!TERMINAL.has(batch.status)) {
    await sleep(1000 * Number(values.every));
    batch = await client.batches.get(batch.id);
    console.log(batch.id, batch.status);
  }
  if (batch.status !== "COMPLETED") {
    console.error(`The batch is ${batch.status}: there are no results to rely on`);
    process.exit(1);
  }
  return batch.id;
}

// A parse job is inside the answer, an extract job is the answer.
async function jobStatus({ type, id }) {
  if (type === "parse_v2") return (await client.parsing.get(id)).job.status;
  return (await client.extract.get(id)).status;
}

// Gives what became of each file; a service may show it a moment after the batch has ended.
async function resultsOf(batchId) {
  for (;;) {
    const { results } = await client.batches.get(batchId, { expand: ["results"] });
    if (results) return results;
    await sleep(1000 * Number(values.every));
  }
}

// Prints what became of each file, by its name, and says whether all of them have a job that is COMPLETED.
async function show(directoryId, results) {
  const names = new Map();
  for await (const file of client.beta.directories.files.list(directoryId)) names.set(file.id, file.display_name);
  let allCompleted = true;
  for (const { source_directory_file_id: fileId, job_reference: reference, error_message: message } of results) {
    const status = reference ? await jobStatus(reference) : null;
    allCompleted &&= status === "COMPLETED";
    const outcome = reference ? `${reference.id} ${status}` : (message ?? "has no job yet");
    console.log(`${names.get(fileId) ?? fileId}: ${outcome}`);
  }
  return allCompleted;
}

const directoryId = await upload();
const batchId = await runBatch(directoryId);
process.exitCode = (await show(directoryId, await resultsOf(batchId))) ? 0 : 1;
for await (const item of client.batches.list({ status: "COMPLETED", source_directory_id: directoryId })) {
  console.log("listed", item.id);
}
