/// Classes of words that tell what a line of a mail is; each word stands in all classes that know it.
struct WordClass: OptionSet, Sendable {
  let rawValue: UInt32

  /// Words of a complimentary close: `thanks`, `regards`.
  static let closing = WordClass(rawValue: 1)
  /// Words without a meaning of their own: `the`, `of`, `please`.
  static let function = WordClass(rawValue: 2)
  static let firstPerson = WordClass(rawValue: 4)
  static let secondPerson = WordClass(rawValue: 8)
  static let thanks = WordClass(rawValue: 16)
  static let greeting = WordClass(rawValue: 32)
  /// What somebody is: `manager`, `director`.
  static let role = WordClass(rawValue: 64)
  /// What firms are called by: `inc`, `university`.
  static let firm = WordClass(rawValue: 128)
  /// What a part of a firm does: `accounting`, `trading`.
  static let department = WordClass(rawValue: 256)
  static let street = WordClass(rawValue: 512)
  static let phoneLabel = WordClass(rawValue: 1024)
  /// Words that may stand beside a close: `best`, `many`, `kind`.
  static let besideClosing = WordClass(rawValue: 2048)
  /// Words of a role that stand before or behind one: `senior`, `vice`, `to`.
  static let besideRole = WordClass(rawValue: 4096)
  /// What makes a name of a firm for certain: `inc`, `gmbh`.
  static let legalForm = WordClass(rawValue: 8192)
  static let state = WordClass(rawValue: 16384)
  /// Letters behind a name: `phd`, `cpa`.
  static let degree = WordClass(rawValue: 32768)
  static let honorific = WordClass(rawValue: 65536)
  /// What is said in one word, and is nobody's name: `sorry`, `done`.
  static let remark = WordClass(rawValue: 131_072)

  /// The classes of a word in small letters without points.
  static func of(_ word: String) -> WordClass { table[word] ?? [] }

  private static let table: [String: WordClass] = {
    var table: [String: WordClass] = [:]
    for (classes, words) in lists {
      for word in words.split(whereSeparator: { $0 == " " || $0 == "\n" }) {
        table[String(word), default: []].formUnion(classes)
      }
    }
    return table
  }()

  private static let lists: [(WordClass, String)] = [
    (
      [.closing],
      """
      thanks thank thx tks tnx regards regard rgds sincerely cheers truly cordially best love respectfully faithfully yours
      ciao later blessings hugs kisses xoxo grüße gruß grüßen gruss grüsse mfg lg vg cordialement amicalement bien saludos
      atentamente cordialmente saluti abraços atenciosamente obrigado groeten groet mvg hilsen venlig hilsning hälsningar
      mvh terveisin pozdrawiam pozdrawiamy pozdravem üdvözlettel уважением saygılarımla salutations bises
      """
    ),
    (
      [.thanks],
      "thanks thank thx tks tnx ty danke merci gracias grazie obrigado obrigada bedankt tak tack kiitos dziękuję"
    ),
    (
      [.besideClosing],
      """
      best many kind kindest warm warmest very again in advance so much a lot you your for help the and with all my our
      as always sincere yours truly wishes luck good take care him god bless a bunch million freundlichen mit viele liebe
      beste schöne herzliche bien à vous toi sincères med vänliga med venlig meilleures un cordial saludo cordiali distinti
      met vriendelijke z poważaniem s c
      """
    ),
    (
      [.function],
      """
      the a an and or but of to in on at by for from with without as is are was were be been being have has had do does did
      will would shall should can could may might must that this these those it its if then than when where which who whom
      what how why not no yes so please let know any some all each there here about into over under after before until
      because while just also only very too more most other such out up down off again call need get got see want make
      think send attached below above between during per via und der die das den dem ein eine ist sind war nicht mit auf
      für von zu im et le la les des un une est dans pour pas que qui sur avec el los las es en por con para del
      """
    ),
    (
      [.firstPerson],
      "i we me us my our mine ours i'm i'll i've i'd we'll we're we've we'd ich wir mir uns je nous moi yo nosotros"
    ),
    (
      [.secondPerson],
      "you your yours you'll you're you've you'd u ya y'all du sie ihr ihnen dir vous votre vos tu usted"
    ),
    (
      [.greeting],
      """
      hi hello dear hey hiya howdy greetings folks all everyone everybody team gentlemen guys ladies colleagues morning
      afternoon evening good hallo liebe lieber geehrte geehrter sehr bonjour salut cher chère hola estimado estimada ciao
      gentile caro cara olá prezado beste geachte hej kære kära hei cześć szanowni dzień dobrý добрый здравствуйте
      """
    ),
    (
      [.role],
      """
      manager director president vp svp evp avp ceo cfo coo cto cio chairman chairwoman chair chief officer executive
      assistant asst administrator admin analyst specialist supervisor engineer developer consultant coordinator associate
      partner principal counsel attorney lawyer paralegal secretary treasurer controller accountant auditor representative
      rep agent broker realtor trader scheduler planner designer architect editor publisher writer author reporter anchor
      producer recruiter trainer teacher professor lecturer dean fellow researcher scientist physician surgeon nurse
      therapist founder owner proprietor head lead leader member clerk receptionist intern student technician operator
      ambassador commissioner senator minister judge pastor reverend captain major advisor adviser strategist evangelist
      programmer superintendent foreman inspector expert scholar chairperson liaison curator librarian marketer originator
      underwriter actuary salesman coach facilitator instructor investigator examiner appraiser estimator mechanic pilot
      aide appraiser archivist assessor banker bookkeeper buyer chaplain chemist columnist commander constable copywriter
      correspondent councilman councilwoman councillor dealer dentist deputy detective dispatcher doctor draftsman
      economist electrician entrepreneur forecaster fundraiser geologist geophysicist governor historian hydrologist
      journalist landman legislator lobbyist machinist marshal mathematician mayor mediator merchandiser meteorologist
      moderator negotiator notary nutritionist optometrist orthodontist paralegals pathologist pharmacist photographer
      physicist plumber practitioner presenter prosecutor psychiatrist psychologist radiologist rabbi ranger recorder
      rector regulator salesperson saleswoman sergeant sheriff solicitor spokesman spokesperson spokeswoman statistician
      steward surveyor technologist teller tester translator trustee tutor typist undersecretary veterinarian vicar
      warden webmaster mgr dir assoc supv coord exec secy pres cso cro cao cdo
      comptroller ombudsman registrar provost chancellor cmo cpo gm adjuster scheduler buyer geschäftsführer geschäftsführerin leiter leiterin vorstand prokurist ingenieur berater assistentin
      directeur directrice responsable président ingénieur chargé gérant directora gerente presidente jefe ingeniero
      direttore responsabile amministratore diretor gerenta hoofd chef ordförande prezes dyrektor kierownik директор
      менеджер руководитель инженер
      """
    ),
    (
      [.besideRole],
      """
      senior sr junior jr vice deputy managing general global regional national executive chief acting interim co group
      corporate account project product program programme sales marketing technical web content office account research
      human resources business of to for and the legal administrative operations staff lead principal assistant associate
      customer service
      """
    ),
    (
      [.firm, .legalForm],
      "inc incorporated llc llp lp ltd limited corp corporation gmbh ag kg ug sarl sas spa srl bv nv oy ab aps plc pty ooo kft pllc pte pvt ltda bhd asa zrt lllp"
    ),
    (
      [.firm],
      """
      company co group associates partners holdings enterprises industries international university college school institute
      academy bank trust foundation association authority agency commission council consulting consultants solutions systems
      technologies technology services energy power gas electric pipeline oil petroleum resources realty properties capital
      securities investments advisors insurance law offices office firm clinic hospital center centre laboratories labs
      software networks communications media press publishing magazine times airlines hotel church ministries club society
      federation union worldwide universität hochschule verein verlag stadt université société banca università empresa
      conference future tribune journal operator exchange brokers brothers sons airways alliance architects attorneys
      bancorp bureau chamber chemical chemicals coalition construction contractors cooperative county design designs
      district distributors engineers entertainment environmental equipment exploration federal financial foods fund
      funds health healthcare homes library manufacturing medical mining mortgage motors museum mutual pharmaceuticals
      productions products publications publishers radio railroad refining restaurant savings schools studio studios
      supply telecom telecommunications theater theatre tours transmission transportation travel trucking tv utilities
      utility ventures water wholesale works
      """
    ),
    (
      [.department],
      """
      department dept division desk team group trading origination marketing accounting operations logistics finance treasury
      legal customer market technical markets research engineering development support services relations affairs resources risk management settlements
      scheduling planning analysis analytics administration procurement purchasing compliance audit tax training security
      infrastructure architecture communications hr it sales business acquisitions regulatory government governmental
      corporate global north east west south power gas structuring credit fundamental transaction facilities abteilung
      vertrieb einkauf service département compensation benefits program programs strategies strategy reporting control
      assessment recruiting recruitment staffing payroll billing contracts claims litigation tariffs rates pricing
      quantitative weather confirmations documentation projects studies
      """
    ),
    (
      [.street],
      """
      street st avenue ave road rd boulevard blvd lane ln drive dr court ct place pl parkway pkwy highway hwy way square sq
      terrace floor fl suite ste room rm building bldg box po plaza tower unit apt apartment strasse straße str platz weg
      allee rue chaussée calle avenida plaza via viale piazza rua laan straat plein gade vej gata gatan ulica ul улица
      """
    ),
    (
      [.phoneLabel],
      """
      phone ph tel telephone tele fone cell cellular mobile mob fax facsimile pager pgr direct office off work wk home main
      ext extension voice toll free dial telefon telefono teléfono téléphone handy mobil móvil portable telefax toll-free
      tél gsm whatsapp тел телефон моб
      """
    ),
    (
      [.state],
      """
      al ak az ar ca co ct de fl ga hi id il in ia ks ky la me md ma mi mn ms mo mt ne nv nh nj nm ny nc nd oh ok or pa ri sc
      sd tn tx ut vt va wa wv wi wy dc texas california oregon washington colorado nebraska florida illinois massachusetts
      ab bc mb on qc sk ontario alberta quebec york jersey carolina dakota virginia
      """
    ),
    (
      [.degree],
      "phd md mba cfa cpa pe esq jd dds rn ra aia lcsw pmp cissp msc bsc ms ba ma bs dphil pharmd dvm jr sr ii iii iv"
    ),
    (
      [.remark],
      """
      sorry enjoy fyi final done attached attachment attachments note notes confidential agreed ok okay great nice good lol
      haha congratulations congrats wow ouch help happy welcome urgent update reminder correction question
      questions comments draft approved cancelled canceled tbd asap internet merry joyeux happy see stop end
      unsubscribe attendees invitees location agenda when where subject today tomorrow monday tuesday wednesday thursday friday saturday sunday yesterday tonight
      """
    ),
    ([.honorific], "mr mrs ms miss dr prof professor herr frau sir dame rev m mme mlle sra sig ing dipl mag"),
  ]
}
