"""What currencies are called, so that whoever types a name is told the code."""

from __future__ import annotations

# By ISO 4217. Of several that share a word the ones that are traded most stand first.
_NAMED = """
USD US dollar
EUR Euro
CNY Chinese yuan (renminbi, RMB)
JPY Japanese yen
GBP Pound sterling (British pound)
CHF Swiss franc
INR Indian rupee
AUD Australian dollar
CAD Canadian dollar
HKD Hong Kong dollar
SGD Singapore dollar
NZD New Zealand dollar
TWD New Taiwan dollar
SEK Swedish krona
NOK Norwegian krone
DKK Danish krone
KRW South Korean won
MXN Mexican peso
BRL Brazilian real
ILS Israeli new shekel
PLN Polish zloty
CZK Czech koruna
HUF Hungarian forint
TRY Turkish lira
ZAR South African rand
THB Thai baht
MYR Malaysian ringgit
IDR Indonesian rupiah
PHP Philippine peso
VND Vietnamese dong
AED UAE dirham
SAR Saudi riyal
EGP Egyptian pound
AFN Afghani
ALL Albanian lek
AMD Armenian dram
AOA Angolan kwanza
ARS Argentine peso
AWG Aruban florin
AZN Azerbaijan manat
BAM Bosnia and Herzegovina convertible mark
BBD Barbados dollar
BDT Bangladeshi taka
BHD Bahraini dinar
BIF Burundi franc
BMD Bermudian dollar
BND Brunei dollar
BOB Boliviano
BSD Bahamian dollar
BTN Bhutanese ngultrum
BWP Botswana pula
BYN Belarusian ruble
BZD Belize dollar
CDF Congolese franc
CLP Chilean peso
COP Colombian peso
CRC Costa Rican colon
CUP Cuban peso
CVE Cabo Verde escudo
DJF Djibouti franc
DOP Dominican peso
DZD Algerian dinar
ERN Eritrean nakfa
ETB Ethiopian birr
FJD Fiji dollar
FKP Falkland Islands pound
GEL Georgian lari
GHS Ghanaian cedi
GIP Gibraltar pound
GMD Gambian dalasi
GNF Guinean franc
GTQ Guatemalan quetzal
GYD Guyana dollar
HNL Honduran lempira
HTG Haitian gourde
IQD Iraqi dinar
IRR Iranian rial
ISK Icelandic krona
JMD Jamaican dollar
JOD Jordanian dinar
KES Kenyan shilling
KGS Kyrgyz som
KHR Cambodian riel
KMF Comorian franc
KPW North Korean won
KWD Kuwaiti dinar
KYD Cayman Islands dollar
KZT Kazakh tenge
LAK Lao kip
LBP Lebanese pound
LKR Sri Lankan rupee
LRD Liberian dollar
LSL Lesotho loti
LYD Libyan dinar
MAD Moroccan dirham
MDL Moldovan leu
MGA Malagasy ariary
MKD Macedonian denar
MMK Myanmar kyat
MNT Mongolian tugrik
MOP Macao pataca
MRU Mauritanian ouguiya
MUR Mauritian rupee
MVR Maldivian rufiyaa
MWK Malawian kwacha
MZN Mozambican metical
NAD Namibian dollar
NGN Nigerian naira
NIO Nicaraguan cordoba
NPR Nepalese rupee
OMR Omani rial
PAB Panamanian balboa
PEN Peruvian sol
PGK Papua New Guinean kina
PKR Pakistani rupee
PYG Paraguayan guarani
QAR Qatari riyal
RON Romanian leu
RSD Serbian dinar
RUB Russian ruble
RWF Rwandan franc
SBD Solomon Islands dollar
SCR Seychelles rupee
SDG Sudanese pound
SHP Saint Helena pound
SLE Sierra Leonean leone
SOS Somali shilling
SRD Surinamese dollar
SSP South Sudanese pound
STN Sao Tome and Principe dobra
SVC Salvadoran colon
SYP Syrian pound
SZL Swazi lilangeni
TJS Tajik somoni
TMT Turkmen manat
TND Tunisian dinar
TOP Tongan paanga
TTD Trinidad and Tobago dollar
TZS Tanzanian shilling
UAH Ukrainian hryvnia
UGX Ugandan shilling
UYU Uruguayan peso
UZS Uzbek sum
VED Venezuelan digital bolivar
VES Venezuelan bolivar
VUV Vanuatu vatu
WST Samoan tala
XAF CFA franc of Central Africa
XCD East Caribbean dollar
XCG Caribbean guilder
XOF CFA franc of West Africa
XPF CFP franc
YER Yemeni rial
ZMW Zambian kwacha
ZWG Zimbabwe gold
"""
NAMES = {line[:3]: line[4:] for line in _NAMED.strip().splitlines()}


def named_currency(code: str) -> str:
    """USD US dollar."""
    return f"{code} {NAMES[code]}"
