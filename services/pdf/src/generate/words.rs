//! The words of our templates, by language. Each can be replaced in a request (`labels`).

use std::collections::BTreeMap;

/// Words by their keys.
pub(crate) type Words = BTreeMap<&'static str, String>;

/// The languages in the order of the table's columns.
const LANGUAGES: [&str; 17] =
    ["en", "de", "fr", "es", "it", "nl", "pt", "pl", "sv", "da", "nb", "fi", "cs", "el", "ro", "hu", "uk"];

/// A key and its words.
type Row = (&'static str, [&'static str; 17]);

#[rustfmt::skip]
const TABLE: &[Row] = &[
    ("invoice", ["Invoice", "Rechnung", "Facture", "Factura", "Fattura", "Factuur", "Fatura", "Faktura", "Faktura", "Faktura", "Faktura", "Lasku", "Faktura", "Τιμολόγιο", "Factură", "Számla", "Рахунок"]),
    ("receipt", ["Receipt", "Quittung", "Reçu", "Recibo", "Ricevuta", "Kwitantie", "Recibo", "Pokwitowanie", "Kvitto", "Kvittering", "Kvittering", "Kuitti", "Účtenka", "Απόδειξη", "Chitanță", "Nyugta", "Квитанція"]),
    ("number", ["Number", "Nummer", "Numéro", "Número", "Numero", "Nummer", "Número", "Numer", "Nummer", "Nummer", "Nummer", "Numero", "Číslo", "Αριθμός", "Număr", "Sorszám", "Номер"]),
    ("date", ["Date", "Datum", "Date", "Fecha", "Data", "Datum", "Data", "Data", "Datum", "Dato", "Dato", "Päivämäärä", "Datum", "Ημερομηνία", "Data", "Dátum", "Дата"]),
    ("dueDate", ["Due date", "Fällig am", "Échéance", "Vencimiento", "Scadenza", "Vervaldatum", "Vencimento", "Termin płatności", "Förfallodatum", "Forfaldsdato", "Forfallsdato", "Eräpäivä", "Datum splatnosti", "Λήξη", "Scadență", "Fizetési határidő", "Термін оплати"]),
    ("deliveryDate", ["Date of supply", "Leistungsdatum", "Date de livraison", "Fecha de entrega", "Data di consegna", "Leverdatum", "Data de entrega", "Data dostawy", "Leveransdatum", "Leveringsdato", "Leveringsdato", "Toimituspäivä", "Datum plnění", "Ημερομηνία παράδοσης", "Data livrării", "Teljesítés dátuma", "Дата постачання"]),
    ("orderNumber", ["Order", "Bestellung", "Commande", "Pedido", "Ordine", "Bestelling", "Encomenda", "Zamówienie", "Order", "Ordre", "Ordre", "Tilaus", "Objednávka", "Παραγγελία", "Comandă", "Rendelés", "Замовлення"]),
    ("customerNumber", ["Customer no.", "Kundennummer", "N° client", "N.º de cliente", "N. cliente", "Klantnummer", "N.º de cliente", "Nr klienta", "Kundnummer", "Kundenr.", "Kundenr.", "Asiakasnumero", "Č. zákazníka", "Αρ. πελάτη", "Nr. client", "Vevőszám", "№ клієнта"]),
    ("billTo", ["Bill to", "Rechnung an", "Facturé à", "Facturar a", "Fatturare a", "Factuur aan", "Faturar a", "Nabywca", "Faktureras till", "Faktureres til", "Faktureres til", "Laskutetaan", "Odběratel", "Χρέωση προς", "Facturat către", "Vevő", "Платник"]),
    ("shipTo", ["Ship to", "Lieferung an", "Livré à", "Enviar a", "Spedire a", "Leveren aan", "Enviar para", "Odbiorca", "Levereras till", "Leveres til", "Leveres til", "Toimitetaan", "Místo dodání", "Αποστολή προς", "Livrat către", "Szállítási cím", "Отримувач"]),
    ("description", ["Description", "Beschreibung", "Description", "Descripción", "Descrizione", "Omschrijving", "Descrição", "Opis", "Beskrivning", "Beskrivelse", "Beskrivelse", "Kuvaus", "Popis", "Περιγραφή", "Descriere", "Megnevezés", "Опис"]),
    ("quantity", ["Qty", "Menge", "Qté", "Cant.", "Q.tà", "Aantal", "Qtd.", "Ilość", "Antal", "Antal", "Antall", "Määrä", "Množství", "Ποσ.", "Cant.", "Menny.", "К-сть"]),
    ("unitPrice", ["Unit price", "Einzelpreis", "Prix unitaire", "Precio", "Prezzo", "Prijs", "Preço unit.", "Cena jedn.", "À-pris", "Enhedspris", "Enhetspris", "Yksikköhinta", "Cena za jedn.", "Τιμή", "Preț unitar", "Egységár", "Ціна"]),
    ("discount", ["Discount", "Rabatt", "Remise", "Descuento", "Sconto", "Korting", "Desconto", "Rabat", "Rabatt", "Rabat", "Rabatt", "Alennus", "Sleva", "Έκπτωση", "Reducere", "Kedvezmény", "Знижка"]),
    ("tax", ["VAT", "USt.", "TVA", "IVA", "IVA", "Btw", "IVA", "VAT", "Moms", "Moms", "MVA", "ALV", "DPH", "ΦΠΑ", "TVA", "Áfa", "ПДВ"]),
    ("amount", ["Amount", "Betrag", "Montant", "Importe", "Importo", "Bedrag", "Montante", "Kwota", "Belopp", "Beløb", "Beløp", "Summa", "Částka", "Ποσό", "Valoare", "Összeg", "Сума"]),
    ("subtotal", ["Subtotal", "Zwischensumme", "Sous-total", "Subtotal", "Subtotale", "Subtotaal", "Subtotal", "Suma częściowa", "Delsumma", "Subtotal", "Delsum", "Välisumma", "Mezisoučet", "Μερικό σύνολο", "Subtotal", "Részösszeg", "Проміжна сума"]),
    ("shipping", ["Shipping", "Versand", "Livraison", "Envío", "Spedizione", "Verzending", "Envio", "Wysyłka", "Frakt", "Fragt", "Frakt", "Toimitus", "Doprava", "Μεταφορικά", "Transport", "Szállítás", "Доставка"]),
    ("net", ["Net", "Netto", "Total HT", "Base imponible", "Imponibile", "Netto", "Base tributável", "Netto", "Netto", "Netto", "Netto", "Veroton", "Základ", "Καθαρή αξία", "Bază", "Nettó", "Без ПДВ"]),
    ("total", ["Total", "Gesamtbetrag", "Total", "Total", "Totale", "Totaal", "Total", "Razem", "Summa", "Total", "Totalt", "Yhteensä", "Celkem", "Σύνολο", "Total", "Összesen", "Разом"]),
    ("includedTax", ["incl. VAT", "enth. USt.", "dont TVA", "IVA incl.", "di cui IVA", "waarvan btw", "IVA incl.", "w tym VAT", "varav moms", "heraf moms", "herav MVA", "sis. ALV", "vč. DPH", "περ. ΦΠΑ", "din care TVA", "ebből áfa", "у т.ч. ПДВ"]),
    ("paid", ["Paid", "Bezahlt", "Payé", "Pagado", "Pagato", "Betaald", "Pago", "Zapłacono", "Betalt", "Betalt", "Betalt", "Maksettu", "Zaplaceno", "Πληρωμένο", "Plătit", "Fizetve", "Сплачено"]),
    ("amountDue", ["Amount due", "Zu zahlen", "Reste à payer", "Importe pendiente", "Da pagare", "Te betalen", "Valor a pagar", "Do zapłaty", "Att betala", "At betale", "Å betale", "Maksettava", "K úhradě", "Πληρωτέο", "De plată", "Fizetendő", "До сплати"]),
    ("payment", ["Payment", "Zahlung", "Paiement", "Pago", "Pagamento", "Betaling", "Pagamento", "Płatność", "Betalning", "Betaling", "Betaling", "Maksu", "Platba", "Πληρωμή", "Plată", "Fizetés", "Оплата"]),
    ("accountHolder", ["Account holder", "Kontoinhaber", "Titulaire", "Titular", "Intestatario", "Rekeninghouder", "Titular", "Właściciel konta", "Kontoinnehavare", "Kontohaver", "Kontoeier", "Tilinomistaja", "Majitel účtu", "Δικαιούχος", "Titular", "Számlatulajdonos", "Отримувач"]),
    ("bank", ["Bank", "Bank", "Banque", "Banco", "Banca", "Bank", "Banco", "Bank", "Bank", "Bank", "Bank", "Pankki", "Banka", "Τράπεζα", "Bancă", "Bank", "Банк"]),
    ("reference", ["Reference", "Verwendungszweck", "Référence", "Referencia", "Causale", "Kenmerk", "Referência", "Tytuł", "Referens", "Reference", "Referanse", "Viite", "Variabilní symbol", "Αιτιολογία", "Referință", "Közlemény", "Призначення"]),
    ("scanToPay", ["Scan to pay", "Zum Bezahlen scannen", "Scannez pour payer", "Escanee para pagar", "Scansiona per pagare", "Scan om te betalen", "Digitalize para pagar", "Zeskanuj, aby zapłacić", "Skanna för att betala", "Scan for at betale", "Skann for å betale", "Skannaa ja maksa", "Zaplaťte QR kódem", "Σάρωση για πληρωμή", "Scanați pentru plată", "Fizetés QR-kóddal", "Скануйте для оплати"]),
    ("notes", ["Notes", "Anmerkungen", "Remarques", "Observaciones", "Note", "Opmerkingen", "Observações", "Uwagi", "Anmärkningar", "Bemærkninger", "Merknader", "Huomautukset", "Poznámky", "Σημειώσεις", "Observații", "Megjegyzések", "Примітки"]),
    ("terms", ["Terms", "Bedingungen", "Conditions", "Condiciones", "Condizioni", "Voorwaarden", "Condições", "Warunki", "Villkor", "Betingelser", "Vilkår", "Ehdot", "Podmínky", "Όροι", "Condiții", "Feltételek", "Умови"]),
    ("taxId", ["VAT ID", "USt-IdNr.", "N° TVA", "NIF", "P. IVA", "Btw-nr.", "NIF", "NIP", "VAT-nr", "CVR/SE-nr.", "Org.nr.", "ALV-tunnus", "DIČ", "ΑΦΜ", "CUI", "Adószám", "ІПН"]),
    ("page", ["Page", "Seite", "Page", "Página", "Pagina", "Pagina", "Página", "Strona", "Sida", "Side", "Side", "Sivu", "Strana", "Σελίδα", "Pagina", "Oldal", "Сторінка"]),
    ("receivedFrom", ["Received from", "Erhalten von", "Reçu de", "Recibido de", "Ricevuto da", "Ontvangen van", "Recebido de", "Otrzymano od", "Mottaget från", "Modtaget fra", "Mottatt fra", "Saatu", "Přijato od", "Ελήφθη από", "Primit de la", "Befizető", "Отримано від"]),
    ("paymentMethod", ["Payment method", "Zahlungsart", "Mode de paiement", "Forma de pago", "Metodo di pagamento", "Betaalwijze", "Método de pagamento", "Forma płatności", "Betalningssätt", "Betalingsmåde", "Betalingsmåte", "Maksutapa", "Způsob platby", "Τρόπος πληρωμής", "Mod de plată", "Fizetési mód", "Спосіб оплати"]),
    ("signature", ["Signature", "Unterschrift", "Signature", "Firma", "Firma", "Handtekening", "Assinatura", "Podpis", "Underskrift", "Underskrift", "Underskrift", "Allekirjoitus", "Podpis", "Υπογραφή", "Semnătură", "Aláírás", "Підпис"]),
    ("subject", ["Subject", "Betreff", "Objet", "Asunto", "Oggetto", "Onderwerp", "Assunto", "Temat", "Ämne", "Emne", "Emne", "Aihe", "Věc", "Θέμα", "Subiect", "Tárgy", "Тема"]),
    ("enclosures", ["Enclosures", "Anlagen", "Pièces jointes", "Anexos", "Allegati", "Bijlagen", "Anexos", "Załączniki", "Bilagor", "Bilag", "Vedlegg", "Liitteet", "Přílohy", "Συνημμένα", "Anexe", "Mellékletek", "Додатки"]),
    ("certificate", ["Certificate", "Zertifikat", "Certificat", "Certificado", "Certificato", "Certificaat", "Certificado", "Certyfikat", "Certifikat", "Certifikat", "Sertifikat", "Todistus", "Certifikát", "Πιστοποιητικό", "Certificat", "Tanúsítvány", "Сертифікат"]),
    ("presentedTo", ["This certificate is presented to", "Dieses Zertifikat wird verliehen an", "Ce certificat est décerné à", "Este certificado se otorga a", "Il presente certificato è conferito a", "Dit certificaat wordt uitgereikt aan", "Este certificado é atribuído a", "Niniejszy certyfikat otrzymuje", "Detta certifikat tilldelas", "Dette certifikat tildeles", "Dette sertifikatet tildeles", "Tämä todistus myönnetään", "Tento certifikát získává", "Το παρόν πιστοποιητικό απονέμεται στον/στην", "Acest certificat se acordă", "Ezt a tanúsítványt kapja", "Цей сертифікат вручається"]),
];

/// The words of a language; English for one that is not in the table.
pub(crate) fn of(language: &str) -> Words {
    let column = LANGUAGES.iter().position(|known| *known == language).unwrap_or(0);
    TABLE.iter().map(|(key, words)| (*key, words[column].to_owned())).collect()
}

/// The keys that `labels` may have.
pub(crate) fn keys() -> impl Iterator<Item = &'static str> {
    TABLE.iter().map(|(key, _)| *key)
}
