"""Workflow commands: at file and line, within the runner's limits, and none from data."""

from __future__ import annotations

from report_pages import complaints, plan

from aci_reconcile.core.errors import Severity, Where
from aci_reconcile.render.formats.checkout import Checkout
from aci_reconcile.render.formats.github import render_github
from aci_reconcile.render.page.page import Entry, Outcome, Page, Remark


def page(*remarks: Remark) -> Page:
    """Return a page with one file that has these remarks."""
    entry = Entry("web.yaml", Outcome.FAILED, "bad", "!", remarks=remarks)
    return Page("validate", "Bad.", good=False, entries=(entry,))


def annotated(log: str) -> list[str]:
    """Return the annotations."""
    return [line for line in log.splitlines() if line.startswith(("::error", "::warning", "::notice"))]


def test_an_annotation_is_escaped_as_documented() -> None:
    """Percent, line breaks, and in properties colons and commas."""
    told = render_github(page(Remark(Severity.ERROR, "100%\r\nnext", Where("a,b:c.yaml", 3, 5), "A: B", ("do",))))

    assert ["::error file=a%2Cb%3Ac.yaml,line=3,col=5,title=A%3A B::web.yaml: 100%25%0Anext%0Ado"] == annotated(told)


def test_a_file_is_named_from_the_root_of_the_repository() -> None:
    """Whoever runs it in a folder below sees the annotation at the right place all the same."""
    checkout = Checkout("/repo", "/repo/infra")

    assert "infra/web.yaml" == checkout.path("web.yaml")
    assert "web.yaml" == checkout.path("../web.yaml")
    assert "web.yaml" == checkout.path("/repo/web.yaml")
    assert "/else/web.yaml" == checkout.path("/else/web.yaml")
    assert "web.yaml" == Checkout().path("./web.yaml")


def test_ten_of_a_kind_the_worst_first_and_the_rest_counted() -> None:
    """GitHub drops what is more without a word."""
    many = tuple(
        Remark(severity, f"{severity} {number}", Where("web.yaml", number))
        for number in range(1, 13)
        for severity in (Severity.NOTICE, Severity.ERROR)
    )
    told = render_github(page(*many))

    assert ["::error"] * 10 + ["::notice"] * 10 == [each.partition(" ")[0] for each in annotated(told)]
    assert "GitHub shows at most 10 annotations of a kind for each step. Not shown: 2 errors, 2 notices." in told


def test_a_line_of_data_is_no_command() -> None:
    """Neither at the start of a line, nor in the old style anywhere."""
    entry = Entry("::error::x", Outcome.CHANGED, "##[error]x ##VSO[task.complete]", notes=("  ::set-env::x",))
    told = render_github(Page("plan", "::warning::x", good=True, entries=(entry,)))

    assert [
        "::group::| ::error::x [# #[error]x # #VSO[task.complete]]",
        "| ::set-env::x",
        "::endgroup::",
        "| ::warning::x",
    ] == told.splitlines()


def test_a_planned_change_is_noted_and_a_loss_is_a_warning() -> None:
    """What is held back is an error, once."""
    told = annotated(render_github(plan()))

    assert 1 == sum("must be deleted" in each for each in told)
    assert "::notice file=manifests/web.yaml,line=2,col=1,title=Plan::rg-shop/web: update: restart in place" in told
    assert "::warning title=Plan::rg-shop/old: delete: loses IP" in told


def test_complaints_name_their_code() -> None:
    """And stand at line 1 where they are about a whole file."""
    told = annotated(render_github(complaints()))

    assert "::notice file=manifests/api.yaml,line=1,title=ACI066::no resources" in told
