"""The flow of the guide, with the newest official client: run a job over every file of a folder, and show each result.

python guide.py FOLDER [--product extract_v2] [--configuration ID] [--every SECONDS]

The client reads LLAMA_CLOUD_API_KEY and LLAMA_CLOUD_BASE_URL. Exit code 1 says that the batch, or a file, has failed.
"""

import argparse
import asyncio
import sys
from pathlib import Path
from typing import Literal

from llama_cloud import AsyncLlamaCloud
from llama_cloud.types.batch_get_response import Result

TERMINAL = {"COMPLETED", "FAILED", "CANCELLED"}
Product = Literal["parse_v2", "extract_v2"]


async def upload(client: AsyncLlamaCloud, folder: Path) -> str:
    """Upload the PDF files of a folder into a new directory, which the service may clean up later; return its id."""
    directory = await client.beta.directories.create(name=folder.name, type="ephemeral")
    for path in sorted(folder.glob("*.pdf")):
        await client.beta.directories.files.upload(directory.id, upload_file=path, display_name=path.name)
    return directory.id


async def run_batch(
    client: AsyncLlamaCloud, directory_id: str, product: Product, configuration_id: str, seconds: float
) -> str:
    """Run a batch over a directory, and return its id once it has ended; raises `SystemExit` unless it is COMPLETED."""
    created = await client.batches.create(
        source_directory_id=directory_id,
        config={"job": {"type": product, "configuration_id": configuration_id}},
    )
    status: str = created.status
    print(created.id, status)
    while status not in TERMINAL:
        await asyncio.sleep(seconds)
        status = (await client.batches.get(created.id)).status
        print(created.id, status)
    if status != "COMPLETED":
        raise SystemExit(f"The batch is {status}: there are no results to rely on")
    return created.id


async def job_status(client: AsyncLlamaCloud, product: str, job_id: str) -> str:
    """Return the status of a job: a parse job is inside the answer, an extract job is the answer."""
    if product == "parse_v2":
        return (await client.parsing.get(job_id)).job.status
    return (await client.extract.get(job_id)).status


async def results_of(client: AsyncLlamaCloud, batch_id: str, seconds: float) -> list[Result]:
    """Return what became of each file; a service may show it a moment after the batch has ended."""
    while (results := (await client.batches.get(batch_id, expand=["results"])).results) is None:
        await asyncio.sleep(seconds)
    return results


async def show(client: AsyncLlamaCloud, directory_id: str, results: list[Result]) -> bool:
    """Print what became of each file, by its name, and return whether all of them have a job that is COMPLETED."""
    names = {file.id: file.display_name async for file in client.beta.directories.files.list(directory_id)}
    all_completed = True
    for result in results:
        reference = result.job_reference
        if reference is not None:
            status = await job_status(client, reference.type, reference.id)
            outcome = f"{reference.id} {status}"
        else:
            status, outcome = "", result.error_message or "has no job yet"
        all_completed = all_completed and status == "COMPLETED"
        print(f"{names.get(result.source_directory_file_id, result.source_directory_file_id)}: {outcome}")
    return all_completed


async def main(folder: Path, product: Product, configuration_id: str, seconds: float) -> int:
    """Do all of it, and list the batches of the directory at the end."""
    async with AsyncLlamaCloud() as client:
        directory_id = await upload(client, folder)
        batch_id = await run_batch(client, directory_id, product, configuration_id, seconds)
        all_completed = await show(client, directory_id, await results_of(client, batch_id, seconds))
        async for item in client.batches.list(status="COMPLETED", source_directory_id=directory_id):
            print("listed", item.id)
    return 0 if all_completed else 1


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Run a job over every PDF file of a folder.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--product", choices=("parse_v2", "extract_v2"), default="parse_v2")
    parser.add_argument("--configuration", default="cfg-PARSE_AGENTIC", help="a preset, or a saved configuration")
    parser.add_argument("--every", type=float, default=10.0, help="seconds between two looks at the batch")
    given = parser.parse_args()
    sys.exit(asyncio.run(main(given.folder, given.product, given.configuration, given.every)))
