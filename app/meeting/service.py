"""The meeting without Qt: what the user does in it and around it."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from app.meeting.linkcheck import LinkRefusal, read_link
from app.meeting.reduce import at_rest, dismissed, ended, noticed
from app.meeting.running import Running
from app.meeting.view import IN_MEETING, Device, Notice, Stage, View
from media.engine import messages as m

if TYPE_CHECKING:
    from app.acts import Act
    from app.intents import JoinMeeting
    from app.session import Session

FIGURES_EVERY_MS = 5_000
MAX_CHAT = 4000


class Meeting(Running):
    """One meeting at a time. `changed`, `fresh` and `asked` fire on any thread; commands come from any thread and never block."""

    # --- who works here -----------------------------------------------------------------------------------

    def sign_in(self, session: Session | None) -> None:
        """Work for *session*; None after a lock: the engine then gets no more signature."""
        self._session = session
        if session is None:
            self.warn(())

    def warn(self, notices: tuple[Notice, ...]) -> None:
        """Show what is wrong with the desk itself; what was put away already does not come back."""
        known, self._warned = self._warned, notices
        self._change(
            lambda view: replace(
                view, standing=tuple(one for one in notices if one in view.standing or one not in known)
            )
        )

    def revoked(self, users: frozenset[bytes]) -> None:
        """Warn of everybody in the running call who has a device among those that the organisation just revoked."""
        for person in self.view.people:
            if person.user in users and not person.me:
                notice = Notice("member-revoked", person.name, person.slot)
                self._change(partial(noticed, notice=notice))

    # --- joining ------------------------------------------------------------------------------------------

    def open(self, wanted: JoinMeeting) -> None:
        """Show the meeting of a link: understood, or refused with a sentence. Nothing is sent."""
        if self._session is None or self.view.stage in IN_MEETING:
            return
        try:
            invitation = read_link(wanted, self._session)
        except LinkRefusal as refusal:
            notice = Notice(refusal.code, refusal.name)
            self._change(lambda view: replace(at_rest(view), refused=notice.code, notices=(notice,)))
            return
        self._change(
            lambda view: replace(
                at_rest(view), stage=Stage.READY, invitation=invitation, title=invitation.title
            )
        )

    def look(self) -> None:
        """Start the engine for the own preview and level, without entering anything."""
        self._run(self._start_engine)

    def enter(self) -> None:
        """Enter the meeting that is shown: this is the user's click, nothing else calls it."""
        if self._session is None or self.view.invitation is None or self.view.stage in IN_MEETING:
            return
        self._crashes.clear()
        self._change(lambda view: replace(view, stage=Stage.CONNECTING, reason="", since_ms=0, notices=()))
        self._run(self._enter)

    # --- in the meeting -----------------------------------------------------------------------------------

    def tick(self) -> None:
        """Once a second: ask for figures now and then."""
        now_ms = self._now_ms()
        if self.view.stage is Stage.LIVE and now_ms - self._figures_at >= FIGURES_EVERY_MS:
            self._figures_at = now_ms
            self._send(m.AskFigures())

    def share(self, kind: str, target: str) -> None:
        """Share a screen, a window or an image."""
        self._change(lambda view: replace(view, share=Device(wanted=True, id=target)))
        self._send(m.Share(kind=kind, target=target))

    def stop_sharing(self) -> None:
        """Share nothing more."""
        self._change(lambda view: replace(view, share=Device()))
        self._send(m.Share(kind="stop"))

    def hand(self, raised: bool) -> None:
        """Raise or lower the own hand."""
        self._send(m.RaiseHand(raised=raised))

    def say(self, text: str) -> None:
        """Write to all."""
        if text.strip():
            self._send(m.Chat(text=text.strip()[:MAX_CHAT]))

    def point(self, sharer: int, x: int, y: int) -> None:
        """Point at a place of what *sharer* shares; 65,535 is its whole width or height."""
        self._send(m.Point(sharer=sharer, x=x, y=y))

    def ask_code(self) -> None:
        """Begin a round of the call code."""
        self._send(m.AskCode())

    def admit(self, knock: int) -> None:
        """Let a waiting person in."""
        self._as_host("admit", m.Admit(knock=knock), self._waiting(knock))

    def refuse(self, knock: int) -> None:
        """Turn a waiting person away."""
        self._as_host("refuse", m.Refuse(knock=knock), self._waiting(knock))

    def admit_next(self) -> None:
        """Let the first certain identity in; a guest or a changed key never enters by a key press."""
        knocker = self.view.next_to_admit
        if knocker is not None and self.view.is_host:
            self.admit(knocker.knock)

    def _as_host(self, action: Act, message: m.Message, user: bytes = b"") -> None:
        """Send what only the host decides, and record it under the person; under the meeting for a guest or for all."""
        view = self.view
        if view.is_host and view.invitation is not None:
            self._trail.record(action, subject=user or view.invitation.link.tag)
        self._send(message)

    def _waiting(self, knock: int) -> bytes:
        return next((one.user for one in self.view.lobby if one.knock == knock), b"")

    def _member(self, member: bytes) -> bytes:
        return next((one.user for one in self.view.people if one.member == member), b"")

    def remove(self, member: bytes) -> None:
        """Remove a member at once."""
        self._as_host("remove", m.Remove(member=member), self._member(member))

    def hand_over(self, member: bytes) -> None:
        """Give the host's pen away."""
        self._as_host("handover", m.Handover(member=member), self._member(member))

    def ask_mute(self, member: bytes = b"") -> None:
        """Ask a member, all others where empty, to switch the microphone off (host)."""
        self._as_host("mute", m.AskMute(member=member), self._member(member))

    def give_floor(self, member: bytes) -> None:
        """Take the raised hand of a member down: it is its turn (host)."""
        self._send(m.GiveFloor(member=member))

    def lock_room(self, locked: bool) -> None:
        """Accept no more knocks, or accept them again."""
        self._send(m.LockRoom(locked=locked))

    def dismiss(self, notice: Notice) -> None:
        """Show a notice no more."""
        self._change(lambda view: dismissed(view, notice))

    def hush(self) -> None:
        """Send nothing more and show nothing: the desk was locked. What the others say is still heard."""
        self.microphone(False)
        self.camera(False)
        self.stop_sharing()
        self.show_far(())
        self.show(())

    def leave(self, *, end: bool = False) -> None:
        """Leave; `end` closes the meeting for all."""
        if end:
            self._as_host("end", m.Leave(end=True))
        else:
            self._send(m.Leave())
        self._change(lambda view: ended(view, "ended" if end else "left"))
        self._run(self._stop_engine)

    def forget(self) -> None:
        """Go back to the empty page and end the engine."""
        self._change(lambda view: at_rest(view) if view.stage not in IN_MEETING else view)
        self._run(self._stop_engine)

    def clear(self) -> None:
        """Leave, and keep nothing of who worked here: somebody else opens the desk."""
        self._send(m.Leave())
        self._change(lambda _view: View())
        self._warned, self._crashes, self._figures_at = (), [], 0
        self._run(self._clear)

    def _clear(self) -> None:
        self._stop_engine()
        self.arena.wipe()

    def rest(self) -> None:
        """End the engine where nothing needs it any more; what is shown stays."""
        self._run(self._stop_engine)

    def close(self) -> None:
        """End everything; blocks until the engine has ended."""
        self._send(m.Leave())
        self._change(lambda _view: View())
        self._stop_engine()
