"""Who may read whose presence, as the vault keeps it."""

from __future__ import annotations

from storage.messages.presence import OwnWord, SharedWord

ANNE, PAUL = b"a" * 16, b"p" * 16
DESK, OTHER = b"d" * 16, b"e" * 16


def shared(device=DESK, sent_ms=5, key=b"k" * 32):
    return SharedWord(device, PAUL, b"w" * 32, key, sent_ms)


def test_another_word_was_told_to_nobody(vault):
    def act(m):
        m.presence.begin(OwnWord(b"s" * 32, b"k" * 32, 1))
        m.presence.give(PAUL, [DESK, OTHER])
        told = m.presence.given()
        m.presence.begin(OwnWord(b"t" * 32, b"l" * 32, 2))
        return told, m.presence.own(), m.presence.given()

    assert vault.mail.write(act).result() == (
        {DESK: PAUL, OTHER: PAUL},
        OwnWord(b"t" * 32, b"l" * 32, 2),
        {},
    )


def test_of_two_places_that_a_device_told_the_later_one_counts(vault):
    def act(m):
        for sent_ms, key in ((5, b"old"), (9, b"new"), (7, b"late")):
            m.presence.take(shared(sent_ms=sent_ms, key=key))
        m.presence.take(shared(OTHER, 1))
        m.presence.forget(2)
        return m.presence.shared(10)

    assert [one.key for one in vault.mail.write(act).result()] == [b"new"]


def test_a_desk_that_begins_a_new_life_shares_nothing_under_its_old_word(vault):
    vault.mail.write(lambda m: m.presence.begin(OwnWord(b"s" * 32, b"k" * 32, 1))).result()
    vault.mail.begin_anew().result()
    assert vault.mail.read(lambda m: m.presence.own()).result() is None


def test_keys_stand_in_no_repr():
    assert b"kkkk".decode() not in repr(shared()) + repr(OwnWord(b"k" * 32, b"k" * 32, 1))
