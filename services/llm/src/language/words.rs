//! Frequent words of languages in Latin, Cyrillic, Arabic and Devanagari script: what short texts are told by. Trigrams, which tell
//! long texts, call "Hello world" Dutch.

/// Words of a language, by its ISO 639-1 code.
pub(super) const WORDS: [(&str, &str); 42] = [
    (
        "en",
        "the of and to in is you that it he was for on are with as his they be at this have from or one had by but not what all were we when your can said there an each which she do how their if will up other about out many then them these so some her would make like him into time has look two more write go see no way could people my than been who its now find long down day did get come made may part i am hello hi hey thank thanks please good morning evening night yes sorry world love service excellent great usual still where why because very just also only over after our us here want need should must does don't can't it's i'm isn't won't change agreement order price customer email meeting report question answer every any those while during before between under again first last new old same next most much such own too off really think know take help work home back today tomorrow yesterday week month year movie new nice happy birthday welcome friends without nothing something everything",
    ),
    (
        "es",
        "el la de que y a en un ser se no haber por con su para como estar tener le lo todo pero más hacer o poder decir este ir otro ese si me ya ver porque dar cuando él muy sin vez mucho saber qué sobre mi alguno mismo yo también hasta año dos querer entre así primero desde grande eso ni nos llegar pasar tiempo ella sí día uno bien poco deber entonces poner cosa tanto hombre parecer nuestro tan donde ahora parte después vida los las una del al es son está están hola buenos buenas días tardes noches gracias por favor adiós cómo estás usted ustedes nosotros todavía factura llegado ha han he hay fue era esta estos estas aquí allí mañana ayer hoy siempre nunca nada nadie alguien señor señora amigo casa trabajo pedido precio cliente pero aunque mientras durante contra bajo según tengo tiene tienen quiero puede pueden necesito",
    ),
    (
        "fr",
        "le la de et les des en un une du que est pour qui dans a par plus pas au sur ne se ce il sont aux avec son nous vous mais comme ou si leur y dont elle deux ces même être fait ont cette sans peut tout bien où aussi lui ils faire je tu on mon ma mes ton ta tes notre votre vos très merci bonjour bonsoir salut oui non s'il plaît au revoir comment pourquoi quand quoi c'est j'ai n'est qu'il d'un d'une l'on était étaient suis es sommes êtes avons avez aujourd'hui demain hier toujours jamais rien personne quelque chose monsieur madame maison travail facture commande prix client encore après avant pendant entre chez vers depuis déjà ici là peu beaucoup trop assez moins autre autres mieux voici voilà",
    ),
    (
        "de",
        "der die und in den von zu das mit sich des auf für ist im dem nicht ein eine als auch es an werden aus er hat dass sie nach wird bei einer um am sind noch wie einem über einen so zum war haben nur oder aber vor zur bis mehr durch man sein wurde sei ich du wir ihr mein dein kein keine unser euer guten morgen tag abend nacht hallo danke bitte ja nein tschüss zusammen wo wann warum wer was welche wenn dann weil damit sehr gut schon immer nie nichts etwas alles viel viele wenig heute gestern jetzt hier dort haus arbeit rechnung bestellung preis kunde kann können muss müssen soll sollen will wollen habe hast bin bist seid gibt geht machen gemacht gehen kommen gekommen sehen leider freundlichen grüßen frau herr jahr zeit",
    ),
    (
        "pt",
        "o a de que e do da em um para é com não uma os no se na por mais as dos como mas foi ao ele das tem à seu sua ou ser quando muito há nos já está eu também só pelo pela até isso ela entre era depois sem mesmo aos ter seus quem nas me esse eles estão você tinha foram essa num nem suas meu às minha têm numa pelos elas havia seja qual será nós tenho lhe deles essas esses pelas este fosse dele tu te vocês vos lhes meus minhas teu tua olá oi obrigado obrigada bom dia boa tarde noite por favor sim tchau onde porque agora hoje ontem amanhã sempre nunca nada ninguém casa trabalho fatura pedido preço cliente ainda não então aqui ali fazer posso pode",
    ),
    (
        "it",
        "di e il che la a in un è per una sono non si con da come mi ma lo ho le i se al ha del ne più questo alla o anche gli della io nel ci tutto dei su bene era cosa dal perché così mio qui c'è essere fare fatto lei tu noi voi loro nella sì no molto chi quando dove quanto ancora sempre mai niente nessuno grazie ciao buongiorno buonasera prego per favore arrivederci signore signora casa lavoro fattura ordine prezzo cliente oggi ieri domani adesso dopo prima senza tra fra sul sulla dalla agli alle sei siamo siete hanno abbiamo posso può vorrei voglio quello quella questi queste altro altri grande nuovo anno giorno tempo",
    ),
    (
        "nl",
        "de en van ik te dat die in een hij het niet zijn is was op aan met als voor had er maar om hem dan zou of wat mijn men dit zo door over ze zich bij ook tot je mij uit der daar haar naar heb hoe heeft hebben deze u want nog zal me zij nu ge geen omdat iets worden toch al waren veel meer doen toen moet ben zonder kan hun dus alles onder ja eens hier wie werd altijd doch wordt wezen kunnen ons zelf tegen na reeds wil kon niets uw iemand geweest andere hallo goedemorgen goedendag goedenavond dank bedankt alsjeblieft alstublieft nee tot ziens waar waarom wanneer huis werk rekening bestelling prijs klant vandaag morgen gisteren graag goed leuk jullie wij",
    ),
    (
        "sv",
        "och i att det som en på är av för med den till inte har de om ett han men var jag sig från vi så kan när år också eller hon efter upp vid mycket skulle där ut sin sina mot hade alla denna under då över sedan utan än bara man kommer detta mig dig oss er min din vår hej god morgon kväll tack snälla ja nej hejdå varför vad vem hur här idag igår imorgon alltid aldrig ingenting hus arbete faktura beställning pris kund vill ska måste får göra gör bra många några mer mest dessa blir blev varit ännu kommit",
    ),
    (
        "da",
        "og i at det som en på er af for med den til ikke har de om et han men var jeg sig fra vi så kan når år også eller hun efter op ved meget skulle hvor ud sin mod havde alle denne under da over siden uden end kun man kommer dette mig dig os jer min din vores hej god morgen aften tak ja nej farvel hvorfor hvad hvem hvordan her i dag går altid aldrig ingenting hus arbejde faktura bestilling pris kunde vil skal må får gøre gør godt mange nogle mere mest disse bliver blev været endnu kommet",
    ),
    (
        "nb",
        "og i at det som en på er av for med den til ikke har de om et han men var jeg seg fra vi så kan når år også eller hun etter opp ved mye skulle hvor ut sin mot hadde alle denne under da over siden uten enn bare man kommer dette meg deg oss dere min din vår hei god morgen kveld takk ja nei hvorfor hva hvem hvordan her i dag går alltid aldri ingenting hus arbeid faktura bestilling pris kunde vil skal må får gjøre gjør bra mange noen mer mest disse blir ble vært ennå kommet ikke",
    ),
    (
        "fi",
        "ja on ei että se hän oli mutta ovat kuin myös jos niin kun joka mitä tai vain sen minä sinä me te he olen olet olemme ollut olisi voi mukaan jälkeen vielä jo nyt sitten kaikki hyvin paljon hei moi terve hyvää huomenta päivää iltaa yötä kiitos ole hyvä kyllä näkemiin missä miksi milloin kuka mikä miten tässä tämä nämä tuo ne tänään eilen huomenna aina ei koskaan mitään talo työ lasku tilaus hinta asiakas haluan täytyy pitää tehdä hyvä uusi vuosi aika kanssa ilman ennen minun sinun",
    ),
    (
        "pl",
        "w i na z do się nie to że o jest po za od jak przez dla ale co czy przy tak ten już tylko tego jego być był była są ze a może jeszcze bardzo ich także które który która można więc gdy tym ma może ja ty on ona my wy oni mój twój nasz cześć dzień dobry wieczór dziękuję proszę tak do widzenia gdzie dlaczego kiedy kto jaki tutaj dziś dzisiaj wczoraj jutro zawsze nigdy nic wszystko dom praca faktura zamówienie cena klient chcę muszę mogę robić zrobić dobrze nowy rok czas bez przed pod nad",
    ),
    (
        "cs",
        "a se v na je že s z do o to i ve k ale jako za by pro si po od jsem jsou jeho není když až jak tak které který která jen nebo být byl byla bylo jsme jste má mám máme co kde proč kdy kdo ten ta ty já ty on ona my vy oni můj tvůj náš ahoj dobrý den večer ráno děkuji prosím ano ne na shledanou tady dnes včera zítra vždy nikdy nic všechno dům práce faktura objednávka cena zákazník chci musím mohu dělat dobře nový rok čas bez před pod nad ještě už také velmi",
    ),
    (
        "sk",
        "a sa v na je že s z do o to i vo k ale ako za by pre si po od som sú jeho nie keď až tak ktoré ktorý ktorá len alebo byť bol bola bolo sme ste má mám máme čo kde prečo kedy kto ten tá tie ja ty on ona my vy oni môj tvoj náš ahoj dobrý deň večer ráno ďakujem prosím áno dovidenia tu dnes včera zajtra vždy nikdy nič všetko dom práca faktúra objednávka cena zákazník chcem musím môžem robiť dobre nový rok čas bez pred pod nad ešte už tiež veľmi",
    ),
    (
        "hu",
        "a az és hogy nem is egy ez azt csak meg már van el de mint volt ha még ki mi én te ő mi ti ők vagy vagyok vagyunk lesz lehet kell minden nagyon jó itt ott hol miért mikor mit hogyan szia jó reggelt napot estét éjszakát köszönöm kérem igen viszontlátásra ma tegnap holnap mindig soha semmi ház munka számla rendelés ár ügyfél akarok tud új év idő nélkül előtt után között",
    ),
    (
        "ro",
        "și de la în a cu nu pe că o un este din care mai să se pentru ce au fi sau dar ca eu tu el ea noi voi ei sunt ești suntem era fost am ai are avem aveți bună ziua seara dimineața noapte mulțumesc vă rog da la revedere unde de ce când cine cum aici acolo astăzi ieri mâine întotdeauna niciodată nimic totul casă muncă factură comandă preț client vreau trebuie pot face bine nou an timp fără înainte după între prin foarte acest această acum încă",
    ),
    (
        "tr",
        "ve bir bu da de için ile çok ne ama o gibi daha var kadar sonra olarak en ben sen biz siz onlar mi mı mu mü değil olan oldu olduğu her şey hiç yok evet hayır merhaba selam günaydın iyi akşamlar geceler günler teşekkür ederim lütfen nerede neden ne zaman kim nasıl burada bugün dün yarın her zaman asla ev iş fatura sipariş fiyat müşteri istiyorum gerek yapmak yeni yıl zaman önce arasında üzerinde henüz artık ki veya çünkü şu benim senin bizim",
    ),
    (
        "hr",
        "i u je na se da za od su s kao što ne to a koji ili iz o biti bio bila bilo će sam si smo ste ali samo kako kada gdje zašto tko ovaj ova ovo taj ta ja ti on ona mi vi oni moj tvoj naš bok dobar dan dobro jutro večer hvala molim nema doviđenja ovdje danas jučer sutra uvijek nikad ništa sve kuća posao račun narudžba cijena kupac želim moram mogu raditi novi godina vrijeme bez prije poslije između još već također vrlo nije nisam",
    ),
    (
        "sl",
        "in je v na se da za so z kot ne to ki ali iz o biti bil bila bilo bo sem si smo ste pa samo kako kdaj kje zakaj kdo ta te jaz ti on ona mi vi oni moj tvoj naš živjo zdravo dober dan dobro jutro večer hvala prosim ja nasvidenje tukaj danes včeraj jutri vedno nikoli nič vse hiša delo račun naročilo cena stranka želim moram lahko novo leto čas brez pred po med še že tudi zelo ni nisem",
    ),
    (
        "id",
        "yang dan di itu dengan untuk tidak ini dari dalam akan pada juga saya ke karena tersebut bisa ada mereka lebih kata tahun sudah atau saat oleh menjadi orang ia telah adalah seperti sebagai bahwa dapat para harus namun kita dua satu masih hari hanya mengatakan kepada kami setelah melakukan lalu belum lain dia kalau terjadi banyak menurut anda hingga tak baru beberapa ketika saja jalan sekitar secara dilakukan halo selamat pagi siang sore malam terima kasih tolong ya apa siapa mengapa kapan di mana bagaimana kabar rumah kerja faktur pesanan harga pelanggan sekarang kemarin besok",
    ),
    (
        "ms",
        "yang dan di itu dengan untuk tidak ini dari dalam akan pada juga saya ke kerana boleh ada mereka lebih tahun sudah atau oleh menjadi orang ia telah adalah seperti sebagai bahawa dapat para perlu namun kita hari hanya kepada kami selepas awak anda baru apabila sahaja helo selamat pagi petang malam terima kasih tolong ya apa siapa mengapa bila bagaimana khabar rumah kerja invois pesanan harga pelanggan sekarang semalam esok bukan macam nak",
    ),
    (
        "vi",
        "và của là có không được trong cho một những với các người để này khi đã ra cũng đến về như tôi bạn anh chị em ông bà chúng họ ở từ nhiều sẽ lại năm ngày vào nhưng hay thì mà theo vì rất đó xin chào cảm ơn vâng tạm biệt đâu sao ai gì thế nào hôm nay qua mai nhà làm việc hóa đơn đơn hàng giá khách muốn cần mới",
    ),
    (
        "ca",
        "el la de i a que en un per amb no es una els les del al són com més o però està hi ha seva seu molt també quan jo tu ell ella nosaltres vosaltres ells bon dia bona tarda nit gràcies si us plau sí adéu on per què qui què aquí avui ahir demà sempre mai res tot casa feina factura comanda preu client vull puc fer ser tenir aquest aquesta nou any temps sense abans després entre encara ja",
    ),
    (
        "et",
        "ja on ei et see ta ma sa me te nad oli ka kui mis kes aga või siis oma veel nii ainult olen oled oleme väga hea tere hommikust päevast õhtust aitäh palun jah nägemist kus miks millal kuidas siin täna eile homme alati kunagi midagi kõik maja töö arve tellimus hind klient tahan pean saan teha uus aasta aeg ilma enne pärast vahel juba",
    ),
    (
        "lv",
        "un ir ka ar no par uz kas tas tā es tu viņš viņa mēs jūs viņi bija nav arī bet vai lai pie kā kad kur kāpēc kurš šis šī ļoti labi sveiki labdien labrīt labvakar paldies lūdzu jā nē uz redzēšanos šeit šodien vakar rīt vienmēr nekad nekas viss māja darbs rēķins pasūtījums cena klients gribu vajag varu darīt jauns gads laiks bez pirms pēc starp vēl jau",
    ),
    (
        "lt",
        "ir yra kad su iš apie į kas tai aš tu jis ji mes jūs jie buvo nėra taip pat bet ar kaip kada kur kodėl kuris šis ši labai gerai labas laba diena rytas vakaras ačiū prašau taip ne viso gero čia šiandien vakar rytoj visada niekada nieko viskas namas darbas sąskaita užsakymas kaina klientas noriu reikia galiu daryti naujas metai laikas be prieš po tarp dar jau",
    ),
    (
        "af",
        "die en van ek te dat in 'n hy dit nie is was op aan met as vir het er maar om hom dan sou of wat my hierdie so deur oor hulle sy by ook tot jy uit daar haar na hoe geen omdat iets word tog al baie meer doen toe moet kan dus alles onder ja eens hier wie altyd ons self teen niks iemand ander hallo goeiemôre goeienaand dankie asseblief nee totsiens waar hoekom wanneer huis werk rekening bestelling prys kliënt vandag môre gister graag goed julle",
    ),
    (
        "sq",
        "dhe në të e i një për me që nga është nuk si më do ka por se ai ajo unë ti ne ju ata këtë kjo ky ishte janë jam je jemi edhe vetëm shumë mirë përshëndetje mirëdita mirëmëngjes faleminderit ju lutem po jo mirupafshim ku pse kur kush çfarë këtu sot dje nesër gjithmonë kurrë asgjë gjithçka shtëpi punë faturë porosi çmim klient dua duhet mund të bëj i ri vit kohë pa para pas",
    ),
    (
        "sw",
        "na ya wa kwa ni katika za la cha kuwa hii hiyo huo watu mtu mimi wewe yeye sisi ninyi wao si pia lakini kama au bado sana nzuri habari jambo asante tafadhali ndiyo hapana kwaheri wapi kwa nini lini nani nini hapa leo jana kesho daima kamwe kitu nyumba kazi bei mteja nataka lazima naweza mpya mwaka wakati bila kabla baada",
    ),
    (
        "tl",
        "ang ng sa na mga at ay ko ka mo siya kami tayo kayo sila ito iyan iyon hindi oo po ba lang din rin kung para may wala dahil pero kasi mas na lahat kamusta magandang umaga hapon gabi salamat pakiusap paalam saan bakit kailan sino ano paano dito ngayon kahapon bukas palagi bahay trabaho presyo gusto kailangan pwede bago taon oras",
    ),
    (
        "ga",
        "agus an na is ar i a go le ní tá bhí sé sí mé tú muid sibh siad seo sin ach nó mar cad cé conas cathain cén fáth anseo inniu inné amárach dia duit maidin mhaith go raibh maith agat slán teach obair nua bliain",
    ),
    (
        "eu",
        "eta da ez bat du hau hori zen ere dira baina edo izan egin nik zuk hark guk zuek haiek kaixo egun on arratsalde gabon eskerrik asko mesedez bai agur non zergatik noiz nor zer nola hemen gaur atzo bihar beti inoiz dena etxe lan berri urte",
    ),
    (
        "is",
        "og í að það sem er á til ekki hann hún ég þú við þið þeir var með af fyrir um en eða hefur líka bara mjög gott halló góðan daginn kvöld takk já nei bless hvar hvers vegna hvenær hver hvað hér í dag gær morgun alltaf aldrei ekkert allt hús vinna nýtt ár",
    ),
    (
        "ru",
        "и в не на я что он с как это по но к у из за то так же вы бы от мы для о она они его все был была было были если или когда уже есть еще ещё может только меня мне тебя тебе вас вам нас нам привет здравствуйте добрый день утро доброе вечер спасибо пожалуйста да нет где почему кто какой здесь сегодня вчера завтра всегда никогда ничего дом работа счет заказ цена клиент хочу нужно могу очень хорошо новый год время без до после между этот эта эти тоже пока не пришел",
    ),
    (
        "uk",
        "і в не на я що він з як це по але до у із за то так же ви б від ми для про вона вони його всі був була було були якщо або коли вже є ще може тільки мене мені тебе тобі вас вам нас нам привіт вітаю добрий день ранок доброго вечір дякую будь ласка так ні де чому хто який тут сьогодні вчора завтра завжди ніколи нічого дім робота рахунок замовлення ціна клієнт хочу треба можу дуже добре новий рік час без після між цей ця ці також",
    ),
    (
        "bg",
        "и на да се в не за от е с че по са си това до ще как като но или аз ти той тя ние вие те беше бил има няма какво къде защо кога кой тук днес вчера утре винаги никога нищо всичко здравей здравейте добър ден добро утро вечер благодаря моля довиждане къща работа фактура поръчка цена клиент искам трябва мога много добре нов година време без преди след между още вече също",
    ),
    (
        "sr",
        "и у је на се да за од су са као што не то а који или из о бити био била било ће сам си смо сте али само како када где зашто ко овај ова ово тај та ја ти он она ми ви они мој твој наш здраво добар дан добро јутро вече хвала молим нема довиђења овде данас јуче сутра увек никад ништа све кућа посао рачун поруџбина цена желим морам могу нови година време",
    ),
    (
        "mk",
        "и на во да се не за од е со што по ќе како но или јас ти тој таа ние вие тие беше има нема каде зошто кога кој тука денес вчера утре секогаш никогаш ништо сè здраво добар ден добро утро вечер благодарам молам куќа работа сметка нарачка цена сакам треба можам многу нов година време без пред по",
    ),
    (
        "ar",
        "في من على إلى أن هذا هذه التي الذي كان كانت لا ما هو هي مع عن قد كل بعد قبل بين ذلك لم لن أو ثم حتى عند أنا أنت نحن هم مرحبا السلام عليكم صباح الخير مساء شكرا من فضلك نعم أين لماذا متى كيف هنا اليوم أمس غدا دائما أبدا بيت عمل فاتورة طلب سعر عميل أريد يجب جديد",
    ),
    (
        "fa",
        "و در به از که این را با است برای آن یک خود تا کرد بر هم نیز گفت می‌شود وی شد اما ما من تو او شما آنها یا اگر هر باید بود دارد سلام صبح بخیر عصر ممنون متشکرم لطفا بله نه خداحافظ کجا چرا کی چه چطور اینجا امروز دیروز فردا همیشه هرگز هیچ همه خانه کار قیمت مشتری می‌خواهم جدید سال",
    ),
    (
        "hi",
        "के में की है और से का को पर एक यह ने कि भी नहीं हो तो ही था कर इस या वह लिए जो हैं कुछ अब तक जब मैं तुम आप हम वे मेरा आपका नमस्ते सुप्रभात धन्यवाद कृपया हाँ अलविदा कहाँ क्यों कब कौन क्या कैसे यहाँ आज कल हमेशा कभी सब घर काम कीमत चाहता चाहिए नया साल समय",
    ),
    (
        "mr",
        "आणि आहे या ते हे की तो ती मी तू आम्ही तुम्ही नाही एक होते होता होती साठी मध्ये पण किंवा वर असे का काय कुठे कधी कोण कसे येथे आज उद्या काल नेहमी सर्व घर काम किंमत नवीन वर्ष वेळ नमस्कार धन्यवाद कृपया हो",
    ),
];
