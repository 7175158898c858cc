"""How each language says what the terms hold in closed form: dates, ages, lists, kinds of use, tools."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from secondunit.schema.consent import Category, Language


@dataclass(frozen=True)
class Words:
    """One language's own. day: a pattern with {day}, {month}, {year}; ages: with {low}, {high}; age: with {years}.

    kinds: category -> (its name, what it means, in whole sentences). tools: name -> what the tool does.
    """

    language: str
    months: tuple[str, ...]
    day: str
    joined: str
    age: str
    ages: str
    kinds: Mapping[Category, tuple[str, str]]
    tools: Mapping[str, str]

    def date(self, day: str) -> str:
        """The day as one writes it out; raises ValueError when the calendar has no such day."""
        found = date.fromisoformat(day)
        return self.day.format(day=found.day, month=self.months[found.month - 1], year=found.year)

    def listed(self, words: Sequence[str]) -> str:
        """A list within a sentence."""
        if len(words) == 1:
            return words[0]
        return self.joined.format(first=", ".join(words[:-1]), last=words[-1])

    def aged(self, low: int, high: int) -> str:
        """A range of ages in years, both included."""
        return self.age.format(years=low) if low == high else self.ages.format(low=low, high=high)

    def tool(self, name: str) -> str:
        """A tool's name, and what it does where that is known."""
        return f"{name} ({self.tools[name]})" if name in self.tools else name


ENGLISH = Words(
    language="English",
    months=(
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ),
    day="{day} {month} {year}",
    joined="{first} and {last}",
    age="{years} years, and no other",
    ages="{low} to {high} years, both included",
    kinds={
        Category.ALTERATION: (
            "alteration",
            "What you performed and what was recorded stays the base. Your picture in it is changed with a computer.",
        ),
        Category.EMPLOYMENT: (
            "employment-based replica",
            "A digital copy of you is made with your help, while you work on the production. It is used to show you in "
            "something that you did not perform.",
        ),
        Category.INDEPENDENT: (
            "independently created replica",
            "A digital copy of you is made from material that exists already, without your taking part. It is used to "
            "show you in something that you did not perform.",
        ),
        Category.BACKGROUND: (
            "background replica",
            "A digital copy of you is made with your help, while you work as a background performer. It is used to "
            "show you in the background, in something that you did not perform.",
        ),
    },
    tools={
        "age": "it makes a performer look younger or older",
        "collapse": "it makes a building in the picture come down",
        "design": "it designs sets",
    },
)
SPANISH = Words(
    language="español",
    months=(
        "enero",
        "febrero",
        "marzo",
        "abril",
        "mayo",
        "junio",
        "julio",
        "agosto",
        "septiembre",
        "octubre",
        "noviembre",
        "diciembre",
    ),
    day="{day} de {month} de {year}",
    joined="{first} y {last}",
    age="{years} años y ninguna otra",
    ages="{low} a {high} años, ambos incluidos",
    kinds={
        Category.ALTERATION: (
            "alteración",
            "La base sigue siendo lo que usted interpretó y se grabó. En esa grabación se modifica su imagen con "
            "medios informáticos.",
        ),
        Category.EMPLOYMENT: (
            "réplica basada en el empleo",
            "Se crea una copia digital de usted con su colaboración, mientras trabaja en la producción. La copia sirve "
            "para mostrarle en algo que usted no interpretó.",
        ),
        Category.INDEPENDENT: (
            "réplica creada de forma independiente",
            "Se crea una copia digital de usted a partir de material que ya existe, sin su participación. La copia "
            "sirve para mostrarle en algo que usted no interpretó.",
        ),
        Category.BACKGROUND: (
            "réplica de figuración",
            "Se crea una copia digital de usted con su colaboración, mientras trabaja como figurante o extra. La copia "
            "sirve para mostrarle al fondo de la escena, en algo que usted no interpretó.",
        ),
    },
    tools={
        "age": "hace que una persona parezca más joven o mayor",
        "collapse": "hace que se derrumbe un edificio de la imagen",
        "design": "diseña decorados",
    },
)
WORDS: Mapping[Language, Words] = {"en": ENGLISH, "es": SPANISH}
