"""What columns are called in English, German, Polish and Romanian."""

from __future__ import annotations

from regulars.identity import fold

SYNONYMS = {
    "number": "order id|order number|order no|order|order name|invoice|invoice no|invoice number|"
    "invoiceno|invoice id|transaction id|transaction|transaction no|basket id|receipt|receipt no|"
    "receipt number|bill no|sales order|document no|orderid|order ref|order reference|"
    "bestellnummer|bestellung|bestell nr|bestellnr|auftragsnummer|auftrag|auftrags nr|"
    "rechnungsnummer|rechnung|rechnungs nr|rechnungsnr|belegnummer|beleg|beleg nr|belegnr|"
    "bon nr|bonnummer|vorgang|numer zamówienia|nr zamówienia|zamówienie|id zamówienia|"
    "numer faktury|nr faktury|faktura|paragon|nr paragonu|numer paragonu|numer dokumentu|"
    "număr comandă|nr comandă|comandă|id comandă|numărul comenzii|număr factură|nr factură|"
    "factură|bon fiscal|nr bon|număr bon",
    "customer": "customer id|customer|customer number|customer no|customerid|cust id|client id|"
    "client|buyer id|user id|household id|household key|member id|account id|account number|"
    "shopper id|kundennummer|kunde|kunden nr|kundennr|kunden id|debitor|debitorennummer|"
    "id klienta|numer klienta|nr klienta|klient|kupujący|id client|cod client|număr client|"
    "nr client|client cod|customer unique id",
    "email": "email|e mail|mail|email address|e mail address|customer email|billing email|"
    "contact email|buyer email|e mail adresse|mailadresse|kunden e mail|adres e mail|"
    "adres email|poczta|adresă email|adresă e mail|email client|mail client",
    "phone": "phone|phone number|telephone|mobile|mobile number|cell|customer phone|"
    "billing phone|telefon|telefonnummer|handy|handynummer|mobil|mobilnummer|rufnummer|"
    "numer telefonu|nr telefonu|tel|komórka|telefon komórkowy|număr de telefon|"
    "număr telefon|nr telefon|telefon mobil",
    "card": "card|card number|card no|loyalty card|loyalty card number|membership card|"
    "customer card|kundenkarte|kartennummer|karten nr|kundenkartennummer|treuekarte|"
    "karta|numer karty|nr karty|karta klienta|karta lojalnościowa|card de fidelitate|"
    "număr card|nr card|card client",
    "name": "name|customer name|full name|client name|buyer|buyer name|billing name|kundenname|"
    "vollständiger name|name des kunden|imię i nazwisko|nazwa klienta|nazwisko i imię|"
    "nume complet|nume client|nume și prenume|numele clientului",
    "first_name": "first name|firstname|given name|forename|vorname|imię|prenume|prenumele",
    "last_name": "last name|lastname|surname|family name|nachname|familienname|zuname|nazwisko|"
    "nume|nume de familie",
    "birth_date": "birth date|birthdate|birthday|date of birth|dob|geburtsdatum|geburtstag|"
    "data urodzenia|urodziny|data nașterii|data nasterii|zi de naștere",
    "country": "country|country code|billing country|shipping country|land|länderkürzel|kraj|"
    "kod kraju|țară|țara|cod țară",
    "language": "language|locale|lang|sprache|język|limbă|limba",
    "at": "date|order date|orderdate|ordered at|created at|invoice date|invoicedate|"
    "transaction date|transaction timestamp|transaction time|timestamp|purchase date|"
    "purchased at|datetime|date time|date added|order placed|placed at|sale date|paid at|"
    "order purchase timestamp|order created|date created|datum|bestelldatum|bestellt am|"
    "auftragsdatum|rechnungsdatum|belegdatum|kaufdatum|verkaufsdatum|buchungsdatum|"
    "data|data zamówienia|data zakupu|data faktury|data sprzedaży|data transakcji|"
    "data wystawienia|data comenzii|data comandă|data facturii|data factură|"
    "data achiziției|data tranzacției|dată",
    "time": "time|order time|invoice time|hour|uhrzeit|zeit|bestellzeit|godzina|"
    "godzina zamówienia|czas|ora|oră|ora comenzii",
    "product": "product id|product code|product|sku|stock code|stockcode|item|item id|"
    "item code|item no|item number|article|article number|article no|ean|barcode|upc|"
    "product sku|lineitem sku|artikelnummer|artikel|artikel nr|artikelnr|produktnummer|"
    "produkt|produkt id|warennummer|kod produktu|id produktu|symbol|indeks|kod towaru|towar|"
    "cod produs|produs|id produs|cod articol|articol",
    "product_name": "product name|description|item name|item description|product description|"
    "product title|lineitem name|title|article name|artikelbezeichnung|artikelname|"
    "bezeichnung|produktname|beschreibung|artikeltext|nazwa produktu|nazwa towaru|nazwa|"
    "opis|denumire produs|nume produs|denumire|descriere",
    "category": "category|product category|product group|department|product type|"
    "category name|kategorie|warengruppe|produktgruppe|artikelgruppe|kategoria|"
    "kategoria produktu|grupa towarowa|dział|categorie|categorie produs|grupă produse",
    "quantity": "quantity|qty|units|pieces|pcs|count|number of items|number of cds|"
    "item quantity|lineitem quantity|ordered quantity|menge|anzahl|stück|stückzahl|"
    "ilość|liczba|liczba sztuk|sztuk|szt|cantitate|cantitatea|bucăți|buc",
    "unit_price": "unit price|unitprice|price|item price|lineitem price|price each|"
    "price per unit|einzelpreis|preis|stückpreis|verkaufspreis|e preis|cena|"
    "cena jednostkowa|cena brutto|cena sztuki|preț|preț unitar|prețul|pret unitar brutto",
    "amount": "amount|line amount|line total|sales value|line value|sales amount|sales|value|"
    "dollar value|item total|row total|net sales|gross sales|betrag|umsatz|positionsbetrag|"
    "zeilensumme|gesamtpreis|positionswert|wert|kwota|wartość|wartość brutto|"
    "wartość pozycji|valoare|suma|sumă|valoare linie|preț total",
    "total": "total|order total|grand total|total amount|order amount|order value|total price|"
    "invoice total|invoice amount|basket value|payment value|gesamt|gesamtbetrag|gesamtsumme|"
    "summe|bestellwert|rechnungsbetrag|rechnungssumme|endbetrag|razem|suma zamówienia|"
    "wartość zamówienia|kwota zamówienia|łącznie|do zapłaty|total comandă|valoare comandă|"
    "valoarea comenzii|total factură|total de plată",
    "currency": "currency|currency code|währung|waluta|monedă|moneda|valută",
    "place": "store|store id|shop|shop id|branch|location|location name|outlet|store name|"
    "place|point of sale|pos|filiale|laden|standort|geschäft|markt|sklep|oddział|"
    "placówka|punkt sprzedaży|magazin|locație|punct de lucru|filială",
    "refund_of": "original order|refund of|refunded order|original invoice|parent order|"
    "original order id|original order number|refunded order id|refunded order number|"
    "refunds order|refund for order|original transaction|original transaction id|"
    "ursprungsbestellung|storno zu|"
    "gutschrift zu|ursprungsrechnung|originalbestellung|zamówienie pierwotne|"
    "korekta do|zwrot do|faktura korygowana|comandă inițială|comanda originală|"
    "storno la|retur pentru",
    "refunded": "refund amount|refunded amount|amount refunded|total refunded|refund total|"
    "refunded total|order refund amount|order refund total|refund value|refund|refunds|refunded|"
    "returned amount|return amount|partial refunds|refunds by amount|erstattungsbetrag|"
    "erstatteter betrag|betrag der erstattung|rückerstattungsbetrag|rückerstattung|erstattung|"
    "erstattet|rückzahlung|rückzahlungsbetrag|gutschriftbetrag|gutschriftsbetrag|retourenwert|"
    "kwota zwrotu|wartość zwrotu|kwota zwrócona|zwrócona kwota|zwrot pieniędzy|"
    "sumă rambursată|suma rambursată|valoare rambursată|valoare rambursare|rambursare|"
    "sumă returnată|suma returnată",
    "refunded_at": "refund date|refunded at|refunded on|date refunded|date of refund|"
    "refund created at|refund created|refund time|return date|returned at|returned on|"
    "erstattungsdatum|erstattet am|datum der erstattung|rückerstattungsdatum|rückerstattet am|"
    "rückzahlungsdatum|rückgabedatum|retourendatum|retourniert am|gutschriftdatum|"
    "gutschriftsdatum|data zwrotu|zwrócono|zwrócono dnia|data rambursării|data rambursare|"
    "rambursat la|data returului|data retur|returnat la",
    "kind": "status|order status|type|event type|transaction type|kind|document type|state|"
    "bestellstatus|art|vorgangsart|belegart|typ|rodzaj|status zamówienia|typ dokumentu|"
    "stare|stare comandă|tip|tip document|tip tranzacție",
    "fee": "shipping|shipping cost|shipping amount|shipping price|freight|freight value|"
    "postage|delivery fee|fee|handling|versand|versandkosten|porto|fracht|liefergebühr|"
    "koszt dostawy|koszt wysyłki|dostawa|wysyłka|opłata|transport|cost livrare|"
    "cost transport|taxă livrare|livrare",
}

_FIELDS = {fold(word): field for field, words in SYNONYMS.items() for word in words.split("|")}
_JOINED = {word.replace(" ", ""): field for word, field in _FIELDS.items()}


def field_of(header: str) -> str:
    """The field that a column's header names, or empty. Case, accents and signs do not count,
    nor what stands in brackets, such as (EUR)."""
    folded = fold(_parted(header.partition("(")[0].partition("[")[0]))
    return _FIELDS.get(folded) or _JOINED.get(folded.replace(" ", ""), "")


def _parted(header: str) -> str:
    return header.replace("_", " ").replace("-", " ")
