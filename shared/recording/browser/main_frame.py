"""Where the main frame is, where it is going, and what it was answered there."""

from __future__ import annotations

from shared.recording.browser.cdp import Params, Session

_ON_THE_WEB = ("http://", "https://")


class MainFrame:
    """Follows a tab's main frame from document to document; needs the Page and the Network domain.

    going_to: the address asked for last, redirects followed.
    document: the number of its request.
    under_way: whether it is asked for and neither there nor known to be no page, such as a download.
    url, status: of the document that is there; the status is 0 where nobody answered with one.
    failure: the browser's words for why its own error page is there instead.
    """

    def __init__(self, session: Session, frame_id: str) -> None:
        self._id = frame_id
        self._statuses: dict[str, int] = {}
        self._failures: dict[str, str] = {}
        self.going_to = self.document = ""
        self.under_way = False
        self.url = self.failure = ""
        self.status = 0
        session.on("Network.requestWillBeSent", self._ask)
        session.on("Network.responseReceived", self._answer)
        session.on("Network.loadingFailed", self._fail)
        session.on("Page.frameNavigated", self._navigate)
        session.on("Page.navigatedWithinDocument", self._move)

    def is_document(self, event: Params) -> bool:
        """Whether a request is for a document of this frame."""
        return event.get("type") == "Document" and event.get("frameId") == self._id

    def _ask(self, event: Params) -> None:
        if self.is_document(event) and event["request"]["url"].startswith(_ON_THE_WEB):
            self.document, self.going_to = str(event["requestId"]), str(event["request"]["url"])
            self.under_way = True

    def _answer(self, event: Params) -> None:
        if self.is_document(event):
            self._statuses[str(event["requestId"])] = int(event["response"]["status"])

    def _fail(self, event: Params) -> None:
        number = str(event["requestId"])
        if number != self.document:
            return
        self._failures[number] = str(event["errorText"])
        if event.get("canceled"):
            self.under_way = False

    def _navigate(self, event: Params) -> None:
        frame = event["frame"]
        if frame["id"] != self._id:
            return
        number, unreachable = str(frame["loaderId"]), frame.get("unreachableUrl")
        self.url = str(unreachable or frame["url"]) + str(frame.get("urlFragment", ""))
        self.status = self._statuses.get(number, 0)
        self.failure = self._failures.get(number, "net::ERR_FAILED") if unreachable else ""
        if number == self.document:
            self.under_way = False

    def _move(self, event: Params) -> None:
        if event["frameId"] == self._id:
            self.url = str(event["url"])
