extension KindModel {
  /// The weights in use, written by `kith lab train kind DATA > Sources/Insight/Kind/KindWeights.swift`.
  ///
  /// In thousandths: for a person, for a person by headers alone, for many against a program.
  public static let kinds = KindModel(text: weightText)

  private static let weightText = """
    digitsInLocal -783 -1156 1847
    longLocal -1312 -1260 -329
    unspeakableLocal -1462 -725 -404
    roleLocal -588 -887 -1050
    machineLocal -2214 -1526 -1521
    bulkLocal -120 -1125 1316
    officeLocal -2309 -1063 -778
    twoNamesInLocal 758 576 332
    mailingHost -75 -1022 603
    hostInLocal -172 -280 -100
    nameless -118 475 -296
    nameInLocal 407 922 44
    nameIsLocal 380 1311 151
    nameIsAllOfLocal -1355 -445 -820
    nameIsHost 250 -446 -1536
    firmName -2210 -3195 84
    personalName 1874 1317 -276
    oneWordName 50 -238 240
    longName -1050 -1367 1250
    toNobody -508 760 580
    toFew 1057 2175 -1012
    toSome 131 328 -65
    toMany 1045 1540 895
    toSelf -839 -1261 1448
    toColleague 1487 1875 -330
    subjectAnswers 1049 1855 -244
    subjectForwards 1074 2072 241
    subjectExclaims -679 -1111 1274
    subjectMoney -497 -2193 -595
    subjectSales -332 -893 595
    subjectNotice -89 -1023 -1015
    subjectIssue 477 -270 425
    subjectDate 966 83 1023
    subjectCapitals -1037 -1523 1268
    subjectTitle -625 -275 91
    subjectGap -1609 -2513 1097
    subjectNumber -1205 -1520 -1169
    answers 1353 2142 0
    list 721 1262 161
    userAgent 1316 1785 0
    urgent -1655 -1387 772
    ownHost 272 241 -1039
    noWords -1326 0 -446
    fewWords 367 0 -196
    someWords 394 0 -499
    manyWords 831 0 -422
    endlessWords 916 0 648
    unsubscribe -2213 0 1672
    noReply -192 0 -1562
    account -2289 0 -539
    accountOften -2123 0 -1477
    sales -315 0 1293
    salesOften -2154 0 405
    salesThroughout -62 0 203
    legal -384 0 108
    legalOften -1633 0 1462
    viewing 862 0 280
    disclaimer 539 0 -211
    dearNobody -1398 0 -335
    greeting 913 0 1196
    firstPerson 712 0 257
    firstPersonOften 300 0 1260
    secondPersonOften -1574 0 -1230
    thanks 385 0 145
    casual 557 0 -352
    attached 901 0 441
    noLinks 1342 0 134
    manyLinks -206 0 1494
    linksThroughout -960 0 1371
    trackingLink -309 0 -1899
    numberLink -244 0 418
    image -1036 0 555
    manyImages -890 0 -480
    table -1888 0 1019
    manyTables -207 0 417
    fonts -1126 0 972
    rules -218 0 -425
    exclaims -210 0 313
    money -745 0 210
    percent -1238 0 989
    capitals -1026 0 12
    question -276 0 -145
    quotes 1571 0 -479
    signedName 401 0 -681
    signedInitials 761 0 8
    bias -1081 -1582 2100
    """
}
