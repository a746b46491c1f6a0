"""Manifests that are fetched with a real git: what the ref is now, whole, and with no program of the repository."""

from __future__ import annotations

import base64
import os
import shutil
import ssl
import stat
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import trustme
from git_repository import Repository, serving_git

from aci_reconcile.app.git_address import parse_git_address
from aci_reconcile.app.git_process import Limits
from aci_reconcile.app.git_source import open_git_source
from aci_reconcile.app.origin import find_origin
from aci_reconcile.core.errors import AciReconcileError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping

    from aci_reconcile.app.git_source import GitSource

    Opens = Callable[..., GitSource]

WEB = "name: web\n"


@pytest.fixture
def shop(tmp_path: Path) -> Repository:
    """Return a repository with one manifest."""
    made = Repository.make(tmp_path / "shop")
    made.commit({"manifests/web.yaml": WEB})
    return made


@pytest.fixture
def environ(tmp_path: Path) -> Mapping[str, str]:
    """Return an environment without settings of git."""
    (tmp_path / "home").mkdir()
    return {"PATH": os.environ["PATH"], "HOME": str(tmp_path / "home"), "GIT_CONFIG_NOSYSTEM": "1"}


@pytest.fixture
def opens(shop: Repository, environ: Mapping[str, str], tmp_path: Path) -> Generator[Opens]:
    """Open sources of the shop, which are closed after the test."""
    with ExitStack() as stack:

        def open_one(
            ref: str = "main", path: str = "", url: str = "", limits: Limits | None = None, **more: str
        ) -> GitSource:
            address = parse_git_address(url or str(shop.folder), tmp_path, "--git")
            return stack.enter_context(open_git_source(address, ref, path, {**environ, **more}, limits))

        yield open_one


def test_the_ref_is_followed(shop: Repository, opens: Opens) -> None:
    """Each round has the tree of its commit; only the newest one stays on disk."""
    source = opens(path="manifests")
    first = source.fetch()
    assert WEB == (first.folder / "web.yaml").read_text()
    assert ("refs/heads/main", shop.git("rev-parse", "main")) == (first.ref, first.commit)
    assert first is source.fetch(first)

    commit = shop.commit({"manifests/web.yaml": "name: shop\n"})
    second = source.fetch(first)

    assert ("name: shop\n", commit) == ((second.folder / "web.yaml").read_text(), second.commit)
    assert [second.top] == list(source.trees.iterdir())
    assert not source.went_back(first.commit, second.commit)


def test_nobody_else_may_read_it_and_nothing_stays(opens: Opens, shop: Repository, environ: Mapping[str, str]) -> None:
    """The folder is private, and goes when the source is closed."""
    address = parse_git_address(str(shop.folder), shop.folder, "--git")
    with open_git_source(address, "", "", environ) as source:
        home = source.git.folder
        source.fetch()
        assert 0o700 == stat.S_IMODE(home.stat().st_mode)
    assert not home.exists()


def test_a_ref_that_went_back_or_sideways(shop: Repository, opens: Opens) -> None:
    """A commit that has the last one in its history went on; every other one went back."""
    source = opens()
    first = source.fetch()
    shop.commit({"a": "b"})
    second = source.fetch(first)
    assert not source.went_back(second.commit, second.commit)

    shop.git("reset", "--quiet", "--hard", first.commit)
    back = source.fetch(second)
    assert (first, True) == (back, source.went_back(second.commit, back.commit))

    shop.commit({"c": "d"})
    sideways = source.fetch(back)
    assert source.went_back(second.commit, sideways.commit)
    assert not source.went_back(first.commit, sideways.commit)


@pytest.mark.parametrize("last", ["0" * 40, "f" * 40, "main", "--help", ""])
def test_a_commit_that_is_not_known_is_in_no_history(last: str, opens: Opens) -> None:
    """It may have been pushed away, or a state file may be of another repository."""
    source = opens()
    assert source.went_back(last, source.fetch().commit)


def test_a_fetch_that_fails_leaves_the_last_tree(shop: Repository, opens: Opens) -> None:
    """Then the next one goes on from there."""
    source = opens(path="manifests")
    first = source.fetch()
    away = shop.folder.with_name("away")
    shop.folder.rename(away)
    with pytest.raises(AciReconcileError, match="shop"):
        source.fetch(first)
    away.rename(shop.folder)
    assert WEB == (first.folder / "web.yaml").read_text()

    shop.git("mv", "manifests", "elsewhere")
    shop.commit({})
    with pytest.raises(AciReconcileError, match="no folder manifests"):
        source.fetch(first)
    assert WEB == (first.folder / "web.yaml").read_text()
    assert [first.top] == list(source.trees.iterdir())

    shop.git("mv", "elsewhere", "manifests")
    commit = shop.commit({})
    assert commit == source.fetch(first).commit


def test_what_a_killed_try_left_is_done_again(shop: Repository, opens: Opens) -> None:
    """Half a tree is never taken for a whole one."""
    source = opens()
    half = source.trees / shop.git("rev-parse", "main")
    half.mkdir(parents=True)
    (half / "half").write_text("")

    assert ["manifests"] == [each.name for each in source.fetch().top.iterdir() if each.name != ".git"]


def test_branches_go_before_tags(shop: Repository, opens: Opens) -> None:
    """Who may push tags cannot take a branch's place; a tag with a message stands for its commit."""
    first = shop.git("rev-parse", "main")
    shop.git("tag", "--annotate", "--message=x", "v1")
    second = shop.commit({"a": "b"})
    shop.git("tag", "main", first)

    assert second == opens("main").fetch().commit
    assert second == opens("").fetch().commit
    assert ("refs/tags/v1", first) == ((found := opens("v1").fetch()).ref, found.commit)
    assert first == opens("refs/tags/main").fetch().commit
    with pytest.raises(AciReconcileError, match="no branch and no tag ain"):
        opens("ain").fetch()


@pytest.mark.parametrize(
    "ref", ["-x", "a..b", "a b", "ma*", "main\n", "a\0b", "@{-1}", "refs/heads/", "a" * 40, "main:x"]
)
def test_what_cannot_be_a_ref_is_refused(ref: str, opens: Opens) -> None:
    """Neither an option nor a pattern reaches the server."""
    with pytest.raises(UsageError, match="--git-ref"):
        opens(ref)


@pytest.mark.parametrize("path", ["/etc", "../other", "a/../../b", ".git", "a\nb", "a\0b"])
def test_what_cannot_be_a_folder_of_the_repository_is_refused(path: str, opens: Opens) -> None:
    """A path starts at the top of the repository."""
    with pytest.raises(UsageError, match="--git-path"):
        opens(path=path)


def test_a_link_out_of_the_repository_is_no_folder_in_it(shop: Repository, opens: Opens) -> None:
    """A link within it is."""
    (shop.folder / "out").symlink_to("/etc")
    (shop.folder / "in").symlink_to("manifests")
    shop.commit({})

    with pytest.raises(AciReconcileError, match="link out of the repository"):
        opens(path="out").fetch()
    assert WEB == (opens(path="in").fetch().folder / "web.yaml").read_text()


def test_no_program_of_the_repository_runs(shop: Repository, opens: Opens, tmp_path: Path) -> None:
    """Not even a filter or a hook that the user has set up for other repositories; and no byte changes."""
    witness = tmp_path / "ran"
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    for name in ("post-checkout", "reference-transaction", "post-index-change"):
        (hooks / name).write_text(f"#!/bin/sh\ntouch {witness}\n")
        (hooks / name).chmod(0o700)
    (tmp_path / "home" / ".gitconfig").write_text(
        f"[core]\nhooksPath = {hooks}\nautocrlf = true\nfsmonitor = touch {witness}\n"
        f'[safe]\nbareRepository = explicit\n[filter "lfs"]\nsmudge = touch {witness}\nrequired = true\n'
    )
    shop.commit({".gitattributes": "* filter=lfs ident text eol=crlf\n", "manifests/web.yaml": "# $Id$\nname: web\n"})

    found = opens().fetch()

    assert b"# $Id$\nname: web\n" == (found.top / "manifests" / "web.yaml").read_bytes()
    assert not witness.exists()


def test_submodules_are_left_out(shop: Repository, opens: Opens, tmp_path: Path) -> None:
    """They are other repositories, at addresses that the repository chooses."""
    other = Repository.make(tmp_path / "other")
    other.commit({"secret.yaml": "x"})
    shop.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(other.folder), "sub")
    shop.commit({})

    assert [] == list((opens().fetch().top / "sub").iterdir())


def test_a_large_repository_is_left_alone(shop: Repository, opens: Opens) -> None:
    """Its size on disk is watched while git works."""
    shop.commit({"large": os.urandom(6_000_000).hex()})
    source = opens(limits=Limits(size=2_000_000))
    with pytest.raises(AciReconcileError, match="larger than 1 MB"):
        source.fetch()


def test_a_server_that_does_not_answer_is_left(opens: Opens, tmp_path: Path) -> None:
    """What git has started ends with it."""
    slow = tmp_path / "slow"
    slow.write_text(f"#!/bin/sh\necho $$ > {tmp_path}/pid\nexec sleep 600\n")
    slow.chmod(0o700)
    source = opens(url="ssh://git@127.0.0.1/shop", limits=Limits(seconds=1), GIT_SSH_COMMAND=str(slow))
    start = time.monotonic()
    with pytest.raises(AciReconcileError, match=r"ssh://127\.0\.0\.1/shop: git took longer than 1 s"):
        source.fetch()

    assert time.monotonic() - start < 60
    assert _is_gone(int((tmp_path / "pid").read_text()))


def _is_gone(pid: int) -> bool:
    """Wait for a process that was killed to end; one that nobody has collected yet has ended, too."""
    for _ in range(100):
        try:
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except (FileNotFoundError, ProcessLookupError):
            return True
        time.sleep(0.05)
    return False


def test_what_ssh_says_is_told(opens: Opens, tmp_path: Path) -> None:
    """Not only that git could not read."""
    ssh = tmp_path / "ssh"
    ssh.write_text("#!/bin/sh\nprintf 'Host key verification failed.\\r\\n' >&2\nexit 255\n")
    ssh.chmod(0o700)
    source = opens(url="git@127.0.0.1:team/shop", GIT_SSH_COMMAND=str(ssh))
    with pytest.raises(
        AciReconcileError, match=r"git@127\.0\.0\.1:team/shop: git ls-remote: Host key verification failed\.$"
    ):
        source.fetch()


def test_many_small_files_are_large(shop: Repository, opens: Opens) -> None:
    """Each takes a block on disk."""
    shop.commit({f"many/{number}": "" for number in range(1000)})
    with pytest.raises(AciReconcileError, match="larger than 3 MB"):
        opens(limits=Limits(size=4_000_000)).fetch()


@pytest.mark.parametrize("elsewhere", ["ext::touch {}/ran ", "ssh://127.0.0.1/shop"])
def test_a_local_path_may_not_lead_elsewhere(elsewhere: str, shop: Repository, opens: Opens, tmp_path: Path) -> None:
    """Settings that send git to another place cannot change the protocol."""
    text = f'[url "{elsewhere.format(tmp_path)}"]\ninsteadOf = {shop.folder}\n'
    (tmp_path / "home" / ".gitconfig").write_text(text)
    source = opens(GIT_SSH_COMMAND=f"touch {tmp_path}/ran;")
    with pytest.raises(AciReconcileError, match=r"transport '(ext|ssh)' not allowed"):
        source.fetch()
    assert not (tmp_path / "ran").exists()


def test_over_https_with_credentials_of_a_helper(shop: Repository, opens: Opens, tmp_path: Path) -> None:
    """A real git server: the helper's password is sent, and is in no message and no file."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    wanted = "Basic " + base64.b64encode(b"ada:pa55-word").decode()
    helper = {
        "GIT_SSL_CAINFO": str(tmp_path / "ca.pem"),
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "credential.helper",
        "GIT_CONFIG_VALUE_0": "!f() { echo username=ada; echo password=$GIT_TOKEN; }; f",
    }
    with serving_git(tmp_path, context, wanted) as (url, seen):
        source = opens(url=f"{url}/shop", GIT_TOKEN="pa55-word", **helper)
        found = source.fetch()
        commit = shop.commit({"a": "b"})
        assert commit == source.fetch(found).commit
        with pytest.raises(AciReconcileError) as caught:
            opens(url=f"{url}/shop", GIT_TOKEN="wr0ng", **helper).fetch()
        with pytest.raises(AciReconcileError, match="not found"):
            opens(url=f"{url}/other", GIT_TOKEN="pa55-word", **helper).fetch()

    assert wanted in seen
    assert "wr0ng" not in f"{caught.value.message} {caught.value.hint}"
    stored = [each.read_bytes() for each in source.git.folder.rglob("*") if each.is_file()]
    assert stored
    assert not any(b"pa55" in each for each in stored)


def test_a_certificate_that_nobody_vouches_for(shop: Repository, opens: Opens, tmp_path: Path) -> None:
    """The reason is git's own."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    with serving_git(tmp_path, context) as (url, _), pytest.raises(AciReconcileError, match="certificate"):
        opens(url=f"{url}/shop").fetch()


def test_a_project_of_the_repository_has_the_id_of_every_clone(shop: Repository, opens: Opens) -> None:
    """The id comes from the address and the place in the repository, which a private copy keeps."""
    source = opens()
    found = source.fetch()
    source.git.get(source.repository, "config", "remote.origin.url", "https://host/team/shop")
    shop.git("remote", "add", "origin", "git@host:team/shop.git")

    assert find_origin(found.top / "manifests", {}).id == find_origin(shop.folder / "manifests", {}).id != ""


def test_without_git(shop: Repository, tmp_path: Path) -> None:
    """The option is named."""
    address = parse_git_address(str(shop.folder), tmp_path, "--git")
    with pytest.raises(UsageError, match="--git needs git"), open_git_source(address, "", "", {"PATH": str(tmp_path)}):
        pass


def test_a_repository_that_is_not_ours(shop: Repository, opens: Opens) -> None:
    """An empty one has no ref; a folder is none."""
    shutil.rmtree(shop.folder / ".git")
    with pytest.raises(AciReconcileError, match="not appear to be a git repository"):
        opens().fetch()
