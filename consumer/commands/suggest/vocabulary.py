"""What retailers call the things that Bluecore asks for, in the languages of Europe: data, for `suggest` to guess by.

Each word is written joined and without accents, as `consumer.commands.counts.words.joined` gives it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from consumer.commands.counts.words import set_of

FIELDS: Final[Mapping[str, frozenset[str]]] = {
    "email": set_of(
        "email emailaddress mail mailaddress emailid useremail customeremail buyeremail contactemail "
        "loginemail emailadres mailadres epost epostadres epostadress emailadresse mailadresse courriel "
        "adresseemail correo correoelectronico direccioncorreo indirizzoemail posta postaelettronica eposta "
        "epostaadresi adresemail sahkoposti"
    ),
    "distinct_id": set_of("distinctid"),
    "customer_id": set_of(
        "customerid customernumber customerno customerkey customercode userid username memberid membernumber "
        "accountid accountnumber shopperid clientid clientnumber profileid contactid personid partyid "
        "loyaltyid klantid klantnummer klantnr gebruikersid kundenid kundennummer kundennr kundeid "
        "benutzerid idclient numeroclient clienteid idcliente numerocliente codicecliente musteriid "
        "musterino idklienta kundnummer asiakasnumero"
    ),
    "device_id": set_of(
        "visitor bezoeker besucher visiteur visitante "
        "deviceid anonymousid visitorid cookieid browserid sessionid clientsessionid guestid "
        "trackingid bezoekerid besucherid sitzungsid idvisiteur idvisitante idsesion idsessione ziyaretciid"
    ),
    "first_name": set_of(
        "firstname givenname forename fname voornaam vorname prenom nombre nome ad adi imie fornamn etunimi"
    ),
    "last_name": set_of(
        "lastname surname familyname lname achternaam familienaam nachname familienname nom nomdefamille "
        "apellido apellidos cognome soyad soyadi nazwisko efternamn sukunimi"
    ),
    "phone": set_of(
        "phone phonenumber telephone telephonenumber mobile mobilenumber mobilephone cellphone cell tel "
        "msisdn telefoon telefoonnummer mobielnummer mobiel gsm telefon telefonnummer handy handynummer "
        "rufnummer numerotelephone portable telefono movil cellulare celular telefonnumarasi ceptelefonu "
        "mobil mobilnummer mobiltelefon mobileno phoneno cellnumber mobielenummer gsmnummer "
        "telefonomovil numeromovil telefonino "
        "numertelefonu"
    ),
    "city": set_of("city town locality plaats woonplaats stad ort stadt wohnort ville ciudad citta cidade sehir il"),
    "state": set_of(
        "state province region regioncode statecode provincie bundesland kanton etat provincia estado regione ilce"
    ),
    "zip": set_of(
        "zip zipcode postcode postalcode postalnumber postnumber plz postleitzahl codepostal codigopostal "
        "cap codicepostale cep postakodu kodpocztowy postnummer"
    ),
    "country": set_of("country countrycode countryiso land landcode pays pais paese ulke kraj"),
    "gender": set_of("gender sex geslacht geschlecht sexe genre sexo sesso genero cinsiyet plec kon"),
    "birthday": set_of(
        "birthday birthdate dateofbirth dob bornat born geboortedatum geboren geburtsdatum geburtstag "
        "datedenaissance datenaissance fechanacimiento fechadenacimiento datadinascita datanascita "
        "datadenascimento dogumtarihi dataurodzenia fodelsedatum"
    ),
    "search_term": set_of(
        "searchterm searchquery searchphrase searchtext searchstring searchkeyword query querystring q term "
        "keyword keywords phrase zoekterm zoekopdracht zoekwoord suchbegriff suchwort suchanfrage suchtext "
        "termerecherche recherche requete terminobusqueda busqueda consulta ricerca terminericerca busca "
        "aramaterimi arama fraza"
    ),
    "order_id": set_of(
        "orderid ordernumber orderno ordernr orderkey ordercode orderreference orderref purchaseid "
        "transactionid salesorderid salesordernumber receiptid receiptnumber bonnummer bonnr bonid belegnummer "
        "belegnr kassenbonnummer kassabonnummer "
        "numeroticket numerorecibo numeroscontrino invoiceid checkoutid "
        "confirmationnumber bestelnummer bestelid bestellingid ordernummer bestellnummer bestellnr "
        "auftragsnummer auftragsnr auftragid bestellungid numerocommande idcommande commandeid numeropedido "
        "idpedido pedidoid numeroordine idordine siparisno siparisnumarasi siparisid numerzamowienia "
        "zamowienieid"
    ),
    "total": set_of(
        "total grandtotal totalamount ordertotal totalprice totalvalue amount amounttotal ordervalue "
        "orderamount revenue grosstotal gross grossamount brutto bruttobetrag bruttototaal totalincltax "
        "totaal totaalbedrag totaalprijs orderbedrag bedrag bestelbedrag gesamtbetrag gesamtsumme "
        "gesamtpreis gesamtwert summe betrag bestellwert montanttotal montant totalttc prixtotal "
        "gesamt importetotal importe montototal totale importototale valortotal toplamtutar toplam tutar kwota suma"
    ),
    "client": set_of("client clientname saleschannel channel platform appname verkoopkanaal vertriebskanal canal"),
    "device": set_of("device devicetype devicename apparaat geraet geraetetyp gerat appareil dispositivo cihaz"),
}

LISTS: Final = set_of(
    "products product items item lines lineitems orderlines orderitems orderlineitems cartitems basketitems "
    "entries articles skus productids regels orderregels bestelregels producten artikelen artikel positionen "
    "bestellpositionen auftragspositionen produkte warenkorbpositionen produits lignes lignescommande "
    "articulos productos lineas lineaspedido righe articoli prodotti itens produtos urunler kalemler "
    "satirlar produkty pozycje posten belegposten bonposten kassenposten bonregels"
)
"""Lists of products."""

PRODUCT: Final[Mapping[str, frozenset[str]]] = {
    "products.id": set_of(
        "id product productid sku skuid productsku productcode productnumber productno itemid itemnumber "
        "itemcode itemno articleid articlenumber articleno articlecode article variantid variantsku styleid "
        "ean gtin upc asin artikelnummer artikelnr artikelid artikel artikelcode produktid produktnummer "
        "produit idproduit referenceproduit codeproduit idproducto codigoproducto codigoarticulo articulo "
        "idarticulo codiceprodotto codicearticolo idprodotto urunid urunkodu urunno idproduktu kodproduktu "
        "reference referencia referenz riferimento referentie ref referenciaarticulo referenciaproducto"
    ),
    "products.name": set_of(
        "name title productname itemname producttitle description articlename omschrijving naam productnaam "
        "bezeichnung artikelname artikelbezeichnung produktname libelle nomproduit nombreproducto "
        "descripcion nombre nom nome nomeprodotto descrizione urunadi nazwa nazwaproduktu"
    ),
    "products.price": set_of(
        "price unitprice priceperunit itemprice productprice saleprice sellingprice listprice amount prijs "
        "stukprijs stuksprijs eenheidsprijs preis einzelpreis stueckpreis stuckpreis prix prixunitaire precio "
        "preciounitario prezzo prezzounitario preco precounitario fiyat birimfiyat cena cenajednostkowa"
    ),
    "products.quantity": set_of(
        "quantity qty count pieces units orderunits amountordered aantal hoeveelheid stuks menge anzahl stueckzahl "
        "quantite cantidad unidades quantita quantidade adet miktar ilosc"
    ),
}

OF_A_PRODUCT: Final = set_of(
    "id name title description amount count naam nom nombre nome nazwa reference referencia referenz riferimento "
    "referentie ref unidades"
)
"""Those that say something of a product only where they stand in one: `name` may be anybody's."""

NOT_THE_TOTAL: Final = set_of(
    "sub net netto tax vat btw mwst iva tva kdv discount korting rabatt remise shipping delivery verzending "
    "versand line lines item regel refund refunded deposit fee fees points"
)
"""A total of something else than the order: `tax_total`."""

PEOPLE: Final = set_of(
    "customer client buyer shopper user member account contact profile person subscriber consumer purchaser "
    "klant koper gebruiker kunde kaeufer kaufer benutzer besteller cliente acheteur utilisateur comprador "
    "usuario acquirente utente musteri kullanici klient"
)
"""Whose e-mail it is that matters; other records in a record are a shop, a courier, a product."""

OTHERS: Final = set_of(
    "store shop branch warehouse supplier vendor seller merchant courier carrier agent employee staff "
    "operator manager sender recipient giftee support winkel filiaal lieferant verkaeufer filiale "
    "fournisseur vendedor tienda mitarbeiter magaza metadata meta source createdby updatedby"
)
"""Whose e-mail and names are not the customer's."""

PERSONAL: Final = set_of(
    "street streetname address addressline address1 address2 housenumber straat huisnummer strasse "
    "hausnummer rue calle via indirizzo adresse adres iban bankaccount accountholder card cardnumber pan cvv "
    "passport nationalid ssn bsn taxid vatid ip ipaddress useragent latitude longitude lat lon password "
    "passwordhash salt token secret rekeningnummer kontonummer steuernummer nif dni codicefiscale tckimlik "
    "pesel"
)
"""What is somebody's own business: it is named in a comment, and never sent without being asked for."""

EVENTS: Final[Mapping[str, frozenset[str]]] = {
    "purchase": set_of(
        "purchase purchased order orders ordered orderplaced ordercreated orderpaid ordercompleted sale "
        "sales checkout transaction transactions receipt receipts kassenbon kassenbons kassenbeleg kassenbelege "
        "kassabon kassabonnen bon bonnen beleg belege quittung quittungen ticketdecaisse tickets ticket "
        "recibo recibos scontrino "
        "scontrini fis fisler paragon paragony bestelling bestellingen aankoop bestellung "
        "bestellungen auftrag auftraege kauf commande commandes achat pedido pedidos compra compras ordine "
        "ordini acquisto siparis siparisler zamowienie zamowienia"
    ),
    "add_to_cart": set_of(
        "cart carts basket baskets addtocart cartadd addedtocart winkelwagen winkelmand mandje warenkorb "
        "warenkoerbe panier paniers carrito carritos carrello carrelli carrinho sepet koszyk"
    ),
    "remove_from_cart": set_of(
        "removefromcart cartremove cartremoval removedfromcart productremoved itemremoved basketremove"
    ),
    "wishlist": set_of(
        "wishlist wishlists wish favourite favourites favorite favorites savedforlater verlanglijst "
        "verlanglijstje merkzettel merkliste wunschliste wunschzettel envies listedenvies listadedeseos "
        "deseos preferiti favoritos favoriler istekler ulubione"
    ),
    "viewed_product": set_of(
        "view views viewed productview productviews productviewed pageview pageviews detailview impression "
        "bekeken bekekenproduct productbekeken angesehen produktansicht produktansichten ansicht vue vues "
        "produitvu consultation vista vistas visto visualizzazione goruntuleme wyswietlenie"
    ),
    "search": set_of(
        "search searches searched searchquery query queries zoek zoekopdracht zoekopdrachten zoekacties "
        "suche suchen suchanfrage suchanfragen recherche recherches busqueda busquedas ricerca ricerche "
        "busca arama aramalar"
    ),
    "optin": set_of(
        "consent consents optin optins permission permissions preference preferences subscription "
        "subscriptions newsletter toestemming toestemmingen inschrijving inschrijvingen einwilligung "
        "einwilligungen zustimmung anmeldung consentement consentements abonnement consentimiento "
        "consentimientos suscripcion suscripciones alta altas boletin boletines nieuwsbrief nieuwsbrieven "
        "infolettre consenso consensi iscrizione iscrizioni inscrizione izin izinler zgoda zgody"
    ),
    "unsubscribe": set_of(
        "unsubscribe unsubscribes unsubscribed optout optouts afmelding afmeldingen uitschrijving abmeldung "
        "abmeldungen desabonnement desinscription baja bajas disiscrizione"
    ),
    "identify": set_of("identify identity identities identification login logins signin stitch stitched aanmelding"),
    "customer_patch": set_of(
        "customer customers profile profiles account accounts user users member members contact contacts "
        "shopper shoppers person people klant klanten klantprofiel kunde kunden kundenprofil client clients "
        "cliente clientes clienti utente utenti usuario usuarios musteri musteriler klient klienci"
    ),
}
"""By event type, the words of topics and record types; the more telling event types first."""

ADDED: Final = set_of(
    "add added addtocart in toegevoegd hinzugefuegt hinzugefugt ajoute anadido agregado aggiunto eklendi dodano"
)
REMOVED: Final = set_of(
    "remove removed removefromcart delete deleted out verwijderd entfernt supprime eliminado quitado rimosso "
    "cikarildi usunieto"
)
"""What became of a product in a cart."""
ORDINARY: Final = set_of(
    "channel kanal kanaal canal canale source quelle bron origen origine language sprache taal langue idioma lingua "
    "locale country land pays pais gender geslacht geschlecht device platform client currency brand marke merk store "
    "shop test guest mobile vip employee method environment version title salutation anrede region"
)
"""What is beside a consent and decides none."""
ACTIONS: Final = set_of(
    "action operation event eventtype type kind change activity actie aktion vorgang accion azione soort art typ "
    "zustand estado stand statut etat stato durum toestand tila"
)
DONE: Final = set_of(
    "paid placed completed complete confirmed created new open shipped fulfilled closed betaald bezahlt paye payee "
    "pagado pagada pagato pagata pago completado abgeschlossen voltooid geplaatst odendi oplacone"
)
"""Statuses of an order that was made."""
UNDONE: Final = set_of(
    "cancelled canceled failed returned refunded rejected pending geannuleerd mislukt storniert annuliert offen "
    "annule annulee anulado anulada annullato annullata cancelado cancelada devuelto iptal anulowane"
)
"""Statuses of one that was not, or not yet."""
ATTRIBUTES: Final = set_of(
    "loyalty tier level points vip segment language locale currency newsletter nieuwsbrief infolettre store "
    "favourite preferred brand registered registeredat signup since status category size taal sprache langue idioma "
    "lingua kaart punten punkte kundengruppe klantgroep membership spaarpunten treuepunkte bonuspunkte"
)
"""What shops keep of a customer beside the default attributes, and marketing is glad of."""
