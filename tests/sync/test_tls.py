"""The line to the county is TLS 1.3 to the very key learned at enrolment; another key is refused, never asked about."""

from __future__ import annotations

import hashlib
import json
import shutil
import ssl
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import urllib3
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from domain.faults import SurroundingsFault
from sync.client import HttpTransport
from sync.client.pinning import open_pool
from sync.server import tls
from tests import ready
from tests.sync.harness import County, Station, free_port


class SecretCounty(County):
    """The county with TLS; its url carries the pin of its key as the slip does."""

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.port}#sha256={self.pin}"

    @property
    def pin(self) -> str:
        if not (self.folder / tls.CERTIFICATE_FILE).exists():
            self.admin("key")
        return tls.pin(self.folder)

    def start(self, largest_file: int | None = None) -> County:
        self.words = ("--tls",)
        pool = open_pool(urlsplit(self.url), loopback=True, timeout=urllib3.Timeout(5))
        with (self.folder.parent / f"{self.folder.name}.log").open("ab") as log:
            self.process = ready.start("xinfang-county", [*self._words(), "--port", str(self.port)], stderr=log)
        self.come_up(lambda: pool.request("GET", f"https://127.0.0.1:{self.port}/health").status)
        return self


@pytest.fixture
def secret(tmp_path: Path) -> Iterator[SecretCounty]:
    found = SecretCounty(tmp_path / "secret")
    found.start()
    yield found
    if found.process is not None and found.process.poll() is None:
        assert found.stop() == 0


@pytest.fixture
def station(tmp_path: Path) -> Iterator[Station]:
    found = Station(tmp_path / "station.db")
    yield found
    found.close()


def slip(county: County) -> dict[str, str]:
    words = ("--office", "370205", "--office-name", "城关镇", "--address", f"127.0.0.1:{county.port}")
    return json.loads(county.admin("enrol", *words).stdout)


def test_a_station_enrols_and_works_by_the_address_and_code_of_its_slip(secret, station):
    paper = slip(secret)
    assert paper["address"] == secret.url
    station.enrol(paper["address"], paper["code"])
    station.set("1" * 32, name="张三")
    station.sync(paper["address"])
    assert station.feed.pending() == 0
    assert oct((secret.folder / "county-tls.key").stat().st_mode)[-3:] == "600"


def test_a_fingerprint_may_be_cut_at_128_bits_and_no_further(secret):
    bare, _, pin = secret.url.partition("#sha256=")
    HttpTransport(f"{bare}#sha256={pin[:32].upper()}").close()
    for wrong in (pin[:31], "xyz", pin + "0", f"{pin[:40]} "):
        with pytest.raises(SurroundingsFault) as fault:
            HttpTransport(f"{bare}#sha256={wrong}x")
        assert fault.value.code == "county_address"


def test_another_key_is_refused_before_anything_is_sent(secret, station):
    paper = slip(secret)
    station.enrol(paper["address"], paper["code"])
    station.set("1" * 32, name="张三")
    before = secret.contents()
    secret.stop()
    for name in ("county-tls.key", "county-tls.crt"):
        (secret.folder / name).unlink()
    secret.start()
    with pytest.raises(SurroundingsFault) as fault:
        station.sync(paper["address"])
    assert fault.value.code == "county_key_differs"
    assert fault.value.facts["wanted"] == paper["address"].partition("=")[2][:32]
    assert station.feed.pending() == 1
    assert secret.contents() == before, "the other machine was sent nothing"
    station.sync(secret.url)
    assert station.feed.pending() == 0


def test_without_a_pin_the_issuers_of_the_machine_decide_and_know_no_such_county(secret):
    line = HttpTransport(secret.url.partition("#")[0])
    with pytest.raises(SurroundingsFault) as fault:
        line.exchange(b"x")
    line.close()
    assert fault.value.code == "county_unreachable"


def test_nothing_older_than_tls_1_3_is_spoken(secret):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    with pytest.raises(urllib3.exceptions.SSLError):
        urllib3.PoolManager(ssl_context=context, cert_reqs="CERT_NONE", retries=False).request(
            "GET", f"https://127.0.0.1:{secret.port}/health"
        )


def test_the_pin_is_the_sha_256_of_the_public_key_and_survives_a_new_certificate(secret):
    certificate = x509.load_pem_x509_certificate((secret.folder / "county-tls.crt").read_bytes())
    key = certificate.public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    spki = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    assert secret.pin == hashlib.sha256(spki).hexdigest()
    assert json.loads(secret.admin("key").stdout)["tls_sha256"] == secret.pin


def test_plain_http_that_would_leave_this_machine_is_refused(tmp_path):
    for url in ("http://10.1.2.3:8750", "10.1.2.3:8750"):
        with pytest.raises(SurroundingsFault) as fault:
            HttpTransport(url)
        assert fault.value.code == "county_plain"
    HttpTransport(f"http://127.0.0.1:{free_port()}").close()


def test_a_county_moved_to_another_machine_with_its_folder_keeps_its_pin(secret, tmp_path):
    before = secret.pin
    secret.stop()
    shutil.copytree(secret.folder, tmp_path / "moved")
    assert SecretCounty(tmp_path / "moved").pin == before


def test_a_county_told_to_stop_does_not_wait_for_a_line_that_a_station_keeps_for_later(secret):
    with open_pool(urlsplit(secret.url), loopback=True, timeout=urllib3.Timeout(5)) as pool:
        answer = pool.request("GET", f"https://127.0.0.1:{secret.port}/health")
        assert answer.status == 200
        assert secret.stop() == 0
    assert "graceful shutdown exceeded" not in (secret.folder.parent / "secret.log").read_text()
