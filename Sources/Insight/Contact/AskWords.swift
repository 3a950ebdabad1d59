/// Turns of phrase by which people ask and promise, in seven languages; small letters, a space on both sides.
enum AskWords {
  /// Questions that want no answer: whole sentences.
  static let courtesies: Set<String> = [
    "how are you", "how are you doing", "how's it going", "how is it going", "hope you are well", "what's up",
    "right", "ok", "okay", "wie geht es dir", "wie geht es ihnen", "wie geht's", "comment vas-tu",
    "comment allez-vous", "ça va", "cómo estás", "cómo está", "qué tal", "come stai", "come sta", "come va",
    "hoe gaat het", "hoe gaat het met je", "hoe gaat het met u", "tudo bem", "como vai",
  ]

  static let requests: [String] = padded([
    // English
    "could you", "can you", "would you please", "would you mind", "please let me know", "please advise", "please call",
    "please confirm", "please send", "please review", "please reply", "please respond", "please provide",
    "please forward", "let me know if", "let me know what", "let me know when", "let me know whether",
    "let me know how", "let me know your", "get back to me", "give me a call", "i need you to", "send me",
    // German
    "könntest du", "könnten sie", "kannst du", "können sie", "würdest du", "würden sie", "bitte schick",
    "bitte schicken", "bitte senden", "bitte sende", "bitte rufen", "bitte ruf", "bitte bestätigen", "bitte um",
    "gib mir bescheid", "geben sie mir bescheid", "sag mir bescheid", "melde dich", "melden sie sich",
    // French
    "pourriez-vous", "pouvez-vous", "pourrais-tu", "peux-tu", "merci de me", "merci de nous", "dites-moi", "dis-moi",
    "tenez-moi au courant", "tiens-moi au courant",
    // Spanish, Portuguese
    "podrías", "podría usted", "puedes", "por favor envíame", "por favor confirme", "avísame", "avíseme",
    "dime si", "poderia", "você pode", "por favor envie", "por favor confirme", "me avise", "me diga",
    // Italian, Dutch
    "potresti", "potrebbe", "puoi", "fammi sapere", "mi faccia sapere", "kun je", "kunt u", "zou je", "zou u",
    "laat me weten", "laat het me weten",
  ])

  static let promises: [String] =
    promised(
      ["i'll", "i will", "we'll", "we will"],
      [
        "send", "get", "call", "let you", "forward", "check", "follow up", "come back", "write", "email", "mail",
        "share", "find out", "look into", "prepare", "arrange", "set up", "introduce", "put together", "talk to",
        "speak to", "provide", "draft", "review", "update", "return", "reply", "respond", "ask", "make sure",
        "take care", "see to",
      ])
    + padded([
      "let me check", "let me find out", "let me look into", "let me get back",
      // German
      "ich schicke", "ich sende", "ich melde mich", "melde mich wieder", "ich rufe dich", "ich rufe sie", "ich kläre",
      "ich kümmere mich", "ich schaue nach", "ich frage nach", "ich gebe dir", "ich gebe ihnen", "ich werde dir",
      "ich werde ihnen",
      // French
      "je vous envoie", "je t'envoie", "je vous enverrai", "je t'enverrai", "je reviens vers", "je vous tiens",
      "je te tiens", "je vous rappelle", "je te rappelle", "je m'en occupe",
      // Spanish, Portuguese
      "te envío", "le envío", "te enviaré", "le enviaré", "te llamo", "le llamo", "te llamaré", "le llamaré",
      "te aviso", "le aviso", "me encargo", "vou enviar", "vou mandar", "vou verificar", "te ligo", "retorno em breve",
      // Italian, Dutch
      "ti mando", "le mando", "ti invio", "le invio", "ti faccio sapere", "le faccio sapere", "ti richiamo",
      "la richiamo", "me ne occupo", "ik stuur", "ik zal je", "ik zal u", "ik bel je", "ik bel u", "ik kom erop terug",
      "ik laat je", "ik laat u",
    ])

  /// What makes a promise none.
  static let refusals: [String] = padded(["will not", "won't", "unless", "if you want", "if i", "i'll be out", "as if"])

  private static func padded(_ phrases: [String]) -> [String] { phrases.map { " \($0) " } }

  private static func promised(_ who: [String], _ what: [String]) -> [String] {
    who.flatMap { who in what.flatMap { [" \(who) \($0) ", " \(who) also \($0) ", " \(who) try to \($0) "] } }
  }
}
