"""The flow of the guide, through the official client, with only key and base URL changed."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from llama_cloud import AsyncLlamaCloud, BadRequestError, LlamaCloud, NotFoundError

from tests.mock.api import PDF, Api

TERMINAL = {"COMPLETED", "FAILED", "CANCELLED"}


async def follow_the_guide(api: Api, folder: Path) -> None:
    async with AsyncLlamaCloud(api_key=api.key, base_url=api.info["base_url"]) as client:
        directory = await client.beta.directories.create(
            name="invoices",
            type="ephemeral",
            expires_at=(datetime.now(UTC) + timedelta(days=2)).isoformat(),
        )
        for path in sorted(folder.glob("*.pdf")):
            await client.beta.directories.files.upload(directory.id, upload_file=path, display_name=path.name)
        files = [file async for file in client.beta.directories.files.list(directory.id)]
        assert {file.display_name for file in files} == {"bad.pdf", "good.pdf"}

        for product, configuration_id in (
            ("parse_v2", "cfg-PARSE_AGENTIC"),
            ("extract_v2", api.info["extract_configuration_id"]),
        ):
            batch = await client.batches.create(
                source_directory_id=directory.id,
                config={"job": {"type": product, "configuration_id": configuration_id}},  # type: ignore[typeddict-item]
            )
            assert batch.results is None
            async with asyncio.timeout(20):
                while batch.status not in TERMINAL:
                    batch = await client.batches.get(batch.id)  # type: ignore[assignment]
            expanded = await client.batches.get(batch.id, expand=["results"])
            assert expanded.status == "COMPLETED"
            bad, good = expanded.results or []
            assert bad.error_message
            assert bad.job_reference is None
            assert good.job_reference is not None
            assert good.job_reference.type == product
            if product == "parse_v2":
                parsed = await client.parsing.get(good.job_reference.id)
                assert parsed.job.status == "COMPLETED"
            else:
                extracted = await client.extract.get(good.job_reference.id)
                assert extracted.status == "COMPLETED"

        assert batch.created_at is not None
        listed = [
            item.id
            async for item in client.batches.list(
                status="COMPLETED",
                source_directory_id=directory.id,
                created_at_on_or_after=batch.created_at - timedelta(days=1),
                page_size=1,
            )
        ]
        assert len(listed) == 2
        assert listed[0] == batch.id


def test_the_guide(wall: Api, tmp_path: Path) -> None:
    (tmp_path / "bad.pdf").write_bytes(b"no document")
    (tmp_path / "good.pdf").write_bytes(PDF)
    asyncio.run(follow_the_guide(wall, tmp_path))


def test_the_rest_of_what_the_client_offers(wall: Api) -> None:
    with LlamaCloud(api_key=wall.key, base_url=wall.info["base_url"]) as client:
        (project,) = client.projects.list()
        client.batches.list(project_id=project.id)
        saved = client.configurations.create(
            name="c",
            parameters={"product_type": "parse_v2", "tier": "agentic", "version": "latest"},
        )
        assert client.configurations.retrieve(saved.id).product_type == "parse_v2"
        assert saved.id in [found.id for found in client.configurations.list(name="c")]
        client.configurations.delete(saved.id)
        directory = client.beta.directories.create(name="d")
        assert directory.id in [found.id for found in client.beta.directories.list(name="d")]
        client.beta.directories.delete(directory.id)
        with pytest.raises(NotFoundError):
            client.beta.directories.get(directory.id)
        upload = client.beta.directories.files.upload
        with pytest.raises((NotFoundError, BadRequestError)):
            upload(directory.id, upload_file=("a.pdf", PDF))
