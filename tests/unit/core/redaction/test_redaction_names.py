"""Names are taken apart into words, and the words say whether a secret may stand behind them."""

from __future__ import annotations

import pytest

from aci_reconcile.core.redaction import is_secret_name, is_secret_setting

SECRET = (
    "FORGE_TOKEN CI_JOB_TOKEN SYSTEM_ACCESSTOKEN DB_PASSWORD PGPASSWORD MYSQL_PWD DB_PASS apiKey DBPassword api-key "
    "STORAGE_ACCOUNT_KEY CLIENT_SECRET CREDENTIALS CONNECTION_STRING SqlConnectionString CI_JOB_JWT TOKEN2"
)
DOUBTFUL = "MY_PAT STORAGE_SAS KEY SORT_KEY KEY1 SECRETS MAX_TOKENS TOKEN_URL PASSWORD_MIN_LENGTH GPG_KEY_ID"
HARMLESS = (
    "PATH MONKEY KEYBOARD keyboardLayout COMPASS BYPASS TOKENIZER SECRETARY GITHUB_SHA PATTERN SASS TURKEY _ 1 keyvault"
)


@pytest.mark.parametrize("name", [*SECRET.split(), *DOUBTFUL.split()])
def test_a_word_of_the_name_makes_it_doubtful(name: str) -> None:
    """Whatever stands around it: such a variable is never shown."""
    assert is_secret_name(name)


@pytest.mark.parametrize("name", HARMLESS.split())
def test_a_part_of_a_word_does_not(name: str) -> None:
    """PAT is not PATH, and KEY is not MONKEY."""
    assert not is_secret_name(name)


@pytest.mark.parametrize("name", SECRET.split())
def test_the_last_word_says_what_the_value_is(name: str) -> None:
    """A plain value of such a name is a secret that stands in the open."""
    assert is_secret_setting(name)


@pytest.mark.parametrize("name", [*DOUBTFUL.split(), *HARMLESS.split()])
def test_a_setting_about_secrets_is_none(name: str) -> None:
    """The URL of a token is no token."""
    assert not is_secret_setting(name)
