"""First and last names by culture, and how a name is written in an e-mail address."""

from __future__ import annotations

import re
import unicodedata

from msgspec import Struct

WITHOUT_PARTS = str.maketrans(
    {
        "ä": "ae",
        "ö": "oe",
        "ü": "ue",
        "ß": "ss",
        "ł": "l",
        "ı": "i",
        "đ": "d",
        "ø": "o",
        "œ": "oe",
    }
)
"""Letters that decomposing does not turn into plain ones, or that German spells out."""


class Ending(Struct, frozen=True):
    """A last name that ends in `plain` ends in `feminine` when a woman bears it."""

    plain: str
    feminine: str


class Culture(Struct, frozen=True, kw_only=True):
    """Names that go together, and the language that people with such names read."""

    language: str
    women: tuple[str, ...]
    men: tuple[str, ...]
    last: tuple[str, ...]
    endings: tuple[Ending, ...] = ()


def last_name(plain: str, culture: Culture) -> str:
    """`plain` as a woman of the culture bears it: Kowalski, Kowalska; Dvořák, Dvořáková."""
    for ending in culture.endings:
        if plain.endswith(ending.plain):
            return plain[: len(plain) - len(ending.plain)] + ending.feminine
    return plain


def in_address(name: str) -> str:
    """`name` in the letters of an e-mail address: "Weiß" is "weiss", "Nguyễn" is "nguyen"."""
    plain = unicodedata.normalize("NFKD", name.lower().translate(WITHOUT_PARTS))
    return re.sub(r"[^a-z]", "", plain)


def _names(text: str) -> tuple[str, ...]:
    """Names parted by spaces; a low line stands for a space within a name."""
    return tuple(name.replace("_", " ") for name in text.split())


GERMAN = Culture(
    language="de",
    women=_names(
        """Anna Lena Katharina Annegret Sophie Marie Johanna Clara Mia Emilia Hannah Lea Laura
        Julia Sabine Petra Monika Ursula Gisela Renate Käthe Bärbel Jördis Brünhild Heike Anke
        Silke Birgit Ute Franziska Theresa Charlotte Greta Frieda Ida Mathilda Luise Dörte"""
    ),
    men=_names(
        """Jonas Lukas Felix Maximilian Paul Leon Ben Finn Noah Emil Anton Oskar Jakob Moritz
        Jürgen Günther Rüdiger Björn Jörg Götz Sönke Thomas Andreas Stefan Michael Matthias Uwe
        Klaus Dieter Wolfgang Hans-Peter Karl-Heinz Tobias Sebastian Florian Simon Henrik Till"""
    ),
    last=_names(
        """Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Schäfer Koch
        Bauer Richter Klein Wolf Schröder Neumann Schwarz Zimmermann Braun Krüger Hofmann Hartmann
        Lange Schmitt Werner Krause Meier Lehmann Schmid Schulze Maier Köhler Herrmann König Walter
        Mayer Huber Kaiser Fuchs Peters Lang Scholz Möller Weiß Jung Hahn Schubert Vogel Friedrich
        Keller Günther Frank Berger Winkler Roth Beck Lorenz Baumann Franke Albrecht Schuster Simon
        Ludwig Böhm Winter Kraus Martin Schumacher Krämer Vogt Stein Jäger Otto Sommer Groß Seidel
        Heinrich Brandt Haas Schreiber Graf Dietrich Ziegler Kühn Pohl Engel Horn Busch Bergmann
        Voß Sauer Arnold Wolff Pfeiffer Kaltenbrunner Schwarzenberger Hohenlohe Süß Rößler Häußler
        Grünewald Großmann Weißenfels von_der_Heide von_Bülow zu_Löwenstein"""
    ),
)

POLISH = Culture(
    language="pl",
    women=_names(
        """Anna Maria Katarzyna Małgorzata Agnieszka Barbara Ewa Krystyna Elżbieta Magdalena Joanna
        Aleksandra Zofia Monika Teresa Danuta Natalia Julia Karolina Marta Beata Dorota Halina
        Jadwiga Janina Alicja Jolanta Grażyna Iwona Wiktoria Łucja Bożena Świętosława Oliwia"""
    ),
    men=_names(
        """Piotr Jakub Łukasz Stanisław Bolesław Krzysztof Andrzej Tomasz Paweł Michał Marcin Jan
        Marek Grzegorz Józef Adam Zbigniew Jerzy Mateusz Dawid Tadeusz Dariusz Mariusz Wojciech
        Ryszard Kamil Rafał Jarosław Sławomir Mirosław Przemysław Zdzisław Kuba Szymon"""
    ),
    last=_names(
        """Nowak Kowalski Wiśniewski Wójcik Kowalczyk Kamiński Lewandowski Zieliński Szymański
        Woźniak Dąbrowski Kozłowski Jankowski Mazur Wojciechowski Kwiatkowski Krawczyk Kaczmarek
        Piotrowski Grabowski Zając Pawłowski Michalski Król Wieczorek Jabłoński Wróbel Nowakowski
        Majewski Olszewski Stępień Malinowski Jaworski Adamczyk Dudek Nowicki Pawlak Górski
        Witkowski Walczak Sikora Baran Rutkowski Michalak Szewczyk Ostrowski Tomaszewski Pietrzak
        Zalewski Wróblewski Marciniak Jasiński Zawadzki Bąk Jakubowski Sadowski Duda Włodarczyk
        Wilk Chmielewski Borkowski Sokołowski Szczepański Sawicki Kucharski Lis Maciejewski Kubiak
        Kalinowski Mazurek Wysocki Kołodziej Kaźmierczak Czarnecki Sobczak Konieczny Urbański
        Głowacki Wasilewski Zakrzewski Krajewski Gołębiowski Ślusarczyk Źrebiec"""
    ),
    endings=(
        Ending("ski", "ska"),
        Ending("cki", "cka"),
        Ending("dzki", "dzka"),
        Ending("ny", "na"),
    ),
)

ROMANIAN = Culture(
    language="ro",
    women=_names(
        """Ioana Andreea Elena Maria Ana Mihaela Cristina Alexandra Daniela Gabriela Raluca Simona
        Anca Roxana Oana Bianca Diana Florentina Georgiana Lăcrămioara Mădălina Mărioara Ileana
        Ștefania Sânziana Viorica Doina Irina Larisa Corina Monica Adina Denisa Teodora Ilinca"""
    ),
    men=_names(
        """Mihai Ștefan Andrei Alexandru Radu Ion Vasile Gheorghe Cristian Adrian Bogdan Cătălin
        Cosmin Costel Dan Dragoș Dumitru Emil Florin Gabriel Horațiu Ionuț Iulian Laurențiu Liviu
        Lucian Marius Nicolae Octavian Ovidiu Răzvan Sorin Tiberiu Tudor Vlad"""
    ),
    last=_names(
        """Popescu Dumitrescu Popa Rusu Munteanu Ionescu Pop Radu Stan Stoica Gheorghe Matei Ciobanu
        Rotaru Marin Constantin Florea Dumitru Stoian Dinu Moldovan Lazăr Toma Preda Voicu Nistor
        Ene Manole Neagu Barbu Tănase Șerban Ungureanu Sandu Mocanu Oprea Dragomir Anghel Cojocaru
        Vasilescu Georgescu Stănescu Diaconu Bălan Iordache Coman Păun Olteanu Crăciun Badea Avram
        Enache Nedelcu Grigore Cristea Apostol Ivan Rădulescu Bucur Tudor Dobre Bratu Drăgan Zamfir
        Filip Luca Petrescu Mușat Vlad Țăranu Șuteu Pîrvu Iliescu Costache Negoiță Pană Suciu Albu
        Lupu Ghiță Niculescu Țurcanu Brânză Mureșan Cîmpeanu"""
    ),
)

FRENCH = Culture(
    language="fr",
    women=_names(
        """Camille Léa Manon Chloé Inès Zoé Éloïse Élodie Amélie Hélène Céline Mélanie Noémie Anaïs
        Aurélie Françoise Geneviève Thérèse Bénédicte Agnès Margaux Juliette Louise Alice Jeanne
        Sylvie Nathalie Isabelle Marguerite Mathilde Clémence Maëlle Océane Solène"""
    ),
    men=_names(
        """Lucas Hugo Louis Jules Gabriel Raphaël Léo Théo Maël Noël Joël Loïc Benoît Jérôme
        François Frédéric Stéphane Sébastien Gaël Étienne Rémi Cédric Grégoire Antoine Nicolas
        Julien Pierre Jean-Luc Jean-Marie Olivier Thierry Yves Anatole Gaëtan"""
    ),
    last=_names(
        """Martin Bernard Thomas Petit Robert Richard Durand Dubois Moreau Laurent Simon Michel
        Lefèvre Leroy Roux David Bertrand Morel Fournier Girard Bonnet Dupont Lambert Fontaine
        Rousseau Vincent Müller Lefebvre Faure André Mercier Blanc Guérin Boyer Garnier Chevalier
        François Legrand Gauthier Perrin Robin Clément Morin Nicolas Henry Roussel Mathieu Gautier
        Masson Marchand Duval Denis Dumont Marie Lemaire Noël Meyer Dufour Meunier Brun Blanchard
        Giraud Joly Rivière Lucas Brunet Gaillard Barbier Arnaud Martinez Gérard Roche Renard
        Schmitt Roy Leroux Colin Vidal Caron Picard Fabre Lacroix Béranger Crépin Hébert Delaître"""
    ),
)

BRITISH = Culture(
    language="en",
    women=_names(
        """Olivia Amelia Isla Ava Freya Florence Poppy Ivy Grace Evelyn Rosie Ella Daisy Matilda
        Sienna Phoebe Imogen Harriet Eleanor Beatrice Gemma Siân Zoë Chloë Siobhán Róisín Niamh
        Aoife Fiona Eilidh Margaret Judith Deborah Tamsin"""
    ),
    men=_names(
        """Oliver George Arthur Noah Harry Alfie Oscar Freddie Archie Jack Henry Charlie Theo
        Edward Rupert Angus Callum Hamish Rhys Owain Gareth Seán Ciarán Pádraig Nigel Graham
        Clive Desmond Alasdair Duncan Fergus Kieran Liam Toby"""
    ),
    last=_names(
        """Smith Jones Taylor Brown Williams Wilson Johnson Davies Robinson Wright Thompson Evans
        Walker White Roberts Green Hall Wood Jackson Clarke Patel Khan Lewis James Phillips Mason
        Mitchell Rose Davis Cooper Hill Ward Turner Carter Shaw Hughes Harris Edwards Moore Baker
        King Morris Harrison Bell Allen Young Murphy Bennett Cook Griffiths Murray Fraser Marshall
        Ellis Campbell Stewart Fox Palmer Stevens Hunt Lloyd Graham Simpson Owen Price Barnes
        O'Brien O'Neill O'Connor Ní_Bhriain MacLeod McDonald Fitzgerald Sinclair Pemberton Ashworth
        Featherstone Whitaker Holloway Cartwright Brontë Llewellyn-Jones Okafor Adeyemi"""
    ),
)

TURKISH = Culture(
    language="de",
    women=_names(
        """Elif Zeynep Ayşe Fatma Emine Hatice Gülşen Gül Şule Çiğdem İpek Özlem Nur Merve Büşra
        Defne Selin Derya Filiz Tuğba"""
    ),
    men=_names(
        """Emre Mehmet Mustafa Ahmet Ali Hüseyin Hasan İbrahim Murat Yusuf Ömer Can Cem Deniz Tolga
        Uğur Çağlar Şahin Oğuz Barış"""
    ),
    last=_names(
        """Yıldız Yılmaz Kaya Demir Çelik Şahin Yıldırım Öztürk Aydın Özdemir Arslan Doğan Kılıç
        Aslan Çetin Kara Koç Kurt Özkan Şimşek Polat Korkmaz Çakır Erdoğan Güneş"""
    ),
)

VIETNAMESE = Culture(
    language="de",
    women=_names("Nguyễn Trần Lê Phạm Hoàng Huỳnh Phan Vũ Đặng Bùi"),
    men=_names("Nguyễn Trần Lê Phạm Hoàng Huỳnh Phan Vũ Đặng Bùi"),
    last=_names(
        """Thị_Lan Thị_Hồng Văn_Hùng Minh_Anh Thu_Hà Quốc_Bảo Đức_Anh Thị_Ngọc Văn_Dũng Thanh_Tâm
        Thị_Hương Hữu_Phước Gia_Hân Khánh_Linh"""
    ),
)

SOUTHERN = Culture(
    language="en",
    women=_names(
        """Giulia Chiara Francesca Martina Sofía Lucía Inés Begoña Mónica Concetta Letícia Conceição
        Eleni Ágnes Zsófia Jelena Šejla"""
    ),
    men=_names(
        """Luca Matteo Niccolò Alessandro José Álvaro Íñigo Martín João Gonçalo Giorgos László
        György Goran Željko Andrés Tomás"""
    ),
    last=_names(
        """Ferrari Rossi Russo Esposito Bianchi D'Angelo García Fernández Muñoz Peña Núñez Sáez
        Gonçalves Simões Papadopoulos Nagy Szabó Kovács Horváth Marković Đorđević Šimić Jurić"""
    ),
)

CZECH = Culture(
    language="en",
    women=_names("Tereza Eliška Kateřina Lucie Markéta Zdeňka Hana Jiřina Věra Božena"),
    men=_names("Tomáš Jiří Ondřej Lukáš Vojtěch Zdeněk Matěj Štěpán Řehoř Radek"),
    last=_names(
        "Dvořák Novák Svoboda Novotný Černý Procházka Kučera Veselý Horák Němec Růžička Šťastný"
    ),
    endings=(Ending("ý", "á"), Ending("a", "ová"), Ending("ec", "cová"), Ending("", "ová")),
)

EASTERN = Culture(
    language="en",
    women=_names("Oleksandra Olena Iryna Kateryna Nataliia Yuliia Oksana Daryna Solomiia Halyna"),
    men=_names("Oleksandr Andrii Dmytro Taras Bohdan Mykola Serhii Vasyl Yurii Ostap"),
    last=_names(
        """Kovalenko Shevchenko Bondarenko Tkachenko Kravchenko Oliynyk Marchenko Lysenko Savchenko
        Rudenko Petrenko Melnyk"""
    ),
)

ARABIC = Culture(
    language="fr",
    women=_names("Fatima Aïcha Leïla Naïma Samira Yasmine Khadija Zaïneb Nour Salma"),
    men=_names("Youssef Karim Rachid Mehdi Saïd Noureddine Samir Tarek Ismaël Bilal"),
    last=_names(
        "El_Amrani Benali Haddad Mansouri Bouzid Chérif Ben_Saïd Khoury Al-Masri Zeroual Naïm"
    ),
)
