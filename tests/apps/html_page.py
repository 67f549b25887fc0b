"""An HTML report as the tests read it."""
import html.parser

from harness import expect

VOID = {"meta", "input", "br", "img"}
CLOSED = {"html", "head", "title", "style", "body", "header", "nav", "main", "section", "footer", "h1", "h2", "h3", "p", "a", "div",
          "span", "b", "small", "strong", "em", "code", "dl", "dt", "dd", "ul", "li", "table", "thead", "tbody", "tfoot", "tr",
          "th", "td", "svg", "rect", "text", "line", "circle", "g", "script"}


class Page(html.parser.HTMLParser):
    """Every element with its attributes and the text in it; complains of what is not closed, or closes what is not open."""

    def __init__(self, text):
        super().__init__()
        self.open, self.elements = [], []
        self.feed(text)
        expect("elements left open", self.open, [])

    def handle_starttag(self, tag, attrs):
        expect(f"element {tag}", tag in CLOSED | VOID, True)
        self.elements.append({"tag": tag, "text": "", "parent": self.open[-1] if self.open else None, **dict(attrs)})
        if tag not in VOID:
            self.open.append(self.elements[-1])

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        expect(f"</{tag}> at {self.getpos()}", tag, self.open.pop()["tag"])

    def handle_data(self, data):
        for element in self.open:
            element["text"] += data

    def all(self, tag, **attributes):
        return [e for e in self.elements if e["tag"] == tag and all(e.get(k) == v for k, v in attributes.items())]

    def section(self, name):
        found = self.all("section", id=name)
        return found[0] if found else None

    def rows(self, name):
        """The cells of each row of the table in a section, as text."""
        def is_inside(element):
            while element and element.get("id") != name:
                element = element["parent"]
            return element is not None
        rows = [e for e in self.all("tr") if is_inside(e) and e["parent"]["tag"] == "tbody"]
        return [[c["text"] for c in self.all("td") if c["parent"] is row] for row in rows]
