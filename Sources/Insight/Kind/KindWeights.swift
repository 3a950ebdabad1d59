extension KindModel {
  /// The weights in use, written by `kith lab train kind DATA > Sources/Insight/Kind/KindWeights.swift`.
  ///
  /// In thousandths: for a person, for a person by headers alone, for many against a program.
  public static let kinds = KindModel(text: weightText)

  private static let weightText = """
    digitsInLocal -864 -1156 1818
    longLocal -1361 -1260 -302
    unspeakableLocal -1164 -725 -490
    roleLocal -649 -887 -1061
    machineLocal -2211 -1526 -1390
    bulkLocal -160 -1125 1279
    officeLocal -2212 -1063 -735
    twoNamesInLocal 681 576 388
    mailingHost 44 -1022 536
    hostInLocal -35 -280 -185
    nameless -296 475 -146
    nameInLocal 189 922 242
    nameIsLocal 474 1311 183
    nameIsAllOfLocal -1210 -445 -826
    nameIsHost 219 -446 -1456
    firmName -2260 -3195 172
    personalName 1988 1317 -513
    oneWordName -46 -238 282
    longName -988 -1367 1260
    toNobody -698 760 667
    toFew 934 2175 -894
    toSome 243 328 -280
    toMany 1137 1540 835
    toSelf -964 -1261 1573
    toColleague 1370 1875 -314
    subjectAnswers 1088 1855 -225
    subjectForwards 879 2072 253
    subjectExclaims -640 -1111 1314
    subjectMoney -538 -2193 -540
    subjectSales -157 -893 585
    subjectNotice -119 -1023 -1032
    subjectIssue 436 -270 456
    subjectDate 882 83 1069
    subjectCapitals -879 -1523 1300
    subjectTitle -743 -275 231
    subjectGap -1508 -2513 1088
    subjectNumber -1194 -1520 -1140
    answers 1355 2142 0
    list 543 1262 173
    userAgent 1281 1785 0
    urgent -1642 -1387 521
    ownHost 172 241 -932
    noWords -857 0 -652
    fewWords 498 0 -199
    someWords 514 0 -583
    manyWords 740 0 -389
    endlessWords 730 0 676
    unsubscribe -2349 0 1590
    noReply -199 0 -1535
    account -2435 0 -484
    accountOften -2246 0 -1420
    sales -359 0 1375
    salesOften -1784 0 353
    salesThroughout -114 0 206
    legal -455 0 155
    legalOften -1578 0 1458
    viewing 873 0 261
    disclaimer 476 0 -179
    dearNobody -1398 0 -453
    greeting 920 0 1257
    firstPerson 493 0 261
    firstPersonOften 213 0 1236
    secondPersonOften -1577 0 -1197
    thanks 351 0 186
    casual 737 0 -374
    attached 799 0 498
    noLinks 1060 0 197
    manyLinks -216 0 1476
    linksThroughout -1074 0 1290
    trackingLink -393 0 -1760
    numberLink -335 0 406
    image -1082 0 566
    manyImages -1006 0 -450
    table -914 0 800
    manyTables -185 0 487
    htmlAlone -3155 0 1819
    fonts -606 0 783
    rules -342 0 -388
    exclaims 68 0 357
    money -771 0 255
    percent -1253 0 1000
    capitals -1093 0 113
    question -372 0 38
    quotes 1213 0 -348
    signedName 435 0 -535
    signedInitials 771 0 6
    bias -353 -1582 1504
    """
}
