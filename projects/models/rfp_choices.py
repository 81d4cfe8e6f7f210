"""What may be answered to the questions of a request where one, or some, of several is asked for (fields.md section 1)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Channel(models.TextChoices):
    TELEPHONE = "telephone", _("Telephone")
    EMAIL = "email", _("E-mail")
    MEETING = "meeting", _("Meeting or fair")
    WEBSITE = "website", _("Web site")
    PORTAL = "portal", _("Portal")
    API = "api", _("Client's system (API)")
    OTHER = "other", _("Other")


BY_CLIENTS_THEMSELVES = frozenset({Channel.PORTAL, Channel.API})  # nobody of ours chooses these


class YesNo(models.TextChoices):
    UNKNOWN = "", _("Not asked yet")
    YES = "yes", _("Yes")
    NO = "no", _("No")


class ConflictCheck(models.TextChoices):
    """Whether the work stands against what we do for somebody else."""

    UNKNOWN = "", _("Not checked yet")
    NONE = "none", _("No conflict found")
    SOLVED = "solved", _("A conflict, solved by terms")
    CONFLICT = "conflict", _("A conflict")


class ClinicalStage(models.TextChoices):
    UNKNOWN = "", _("Not asked yet")
    PRECLINICAL = "preclinical", _("Preclinical")
    PHASE_1 = "phase_1", _("Phase I")
    PHASE_2 = "phase_2", _("Phase II")
    PHASE_3 = "phase_3", _("Phase III")
    FILED = "filed", _("Filed")
    COMMERCIAL = "commercial", _("Commercial")
    GENERIC = "generic", _("Generic")


class Route(models.TextChoices):
    """Of administration, as far as limits of impurities differ by it (ICH Q3D)."""

    UNKNOWN = "", _("Not asked yet")
    ORAL = "oral", _("Oral")
    PARENTERAL = "parenteral", _("Parenteral")
    INHALATION = "inhalation", _("Inhalation")
    CUTANEOUS = "cutaneous", _("Cutaneous or transdermal")
    OTHER = "other", _("Other")


class TreatmentDuration(models.TextChoices):
    """How long a patient takes the drug, in the classes of ICH M7."""

    UNKNOWN = "", _("Not asked yet")
    MONTH = "month", _("up to 1 month")
    YEAR = "year", _("over 1 to 12 months")
    TEN_YEARS = "ten_years", _("over 1 to 10 years")
    LIFETIME = "lifetime", _("over 10 years to lifetime")


class Market(models.TextChoices):
    US = "US", _("United States")
    EU = "EU", _("European Union")
    JP = "JP", _("Japan")
    CN = "CN", _("China")
    OTHER = "other", _("Other")


class CompoundRole(models.TextChoices):
    """Where the compound stands on the way to the API: it decides where GMP begins (ICH Q7 table 1, Q11 section 5)."""

    UNKNOWN = "", _("Not asked yet")
    STARTING_MATERIAL = "starting_material", _("Starting material")
    REGISTERED_STARTING_MATERIAL = "registered_start", _("Registered starting material")
    INTERMEDIATE = "intermediate", _("Intermediate")
    REGISTRATION_INTERMEDIATE = "registration", _("Registration intermediate")
    API = "api", _("API")
    NOT_REGISTRATION = "not_registration", _("Anything but a registration intermediate")


# The answers to “registration intermediate?”, which was asked before the role was.
ROLE_BY_FORMER_ANSWER = {YesNo.YES: CompoundRole.REGISTRATION_INTERMEDIATE, YesNo.NO: CompoundRole.NOT_REGISTRATION}


class GmpNeeded(models.TextChoices):
    UNKNOWN = "", _("Not asked yet")
    NONE = "none", _("Non-GMP")
    CLINICAL = "clinical", _("ICH Q7 chapter 19, for clinical trials")
    FULL = "full", _("Full ICH Q7")


class Hygroscopicity(models.TextChoices):
    """The degrees of the European Pharmacopoeia (5.11)."""

    UNKNOWN = "", _("Not asked yet")
    NOT = "not", _("Not hygroscopic")
    SLIGHTLY = "slightly", _("Slightly hygroscopic")
    HYGROSCOPIC = "hygroscopic", _("Hygroscopic")
    VERY = "very", _("Very hygroscopic")
    DELIQUESCENT = "deliquescent", _("Deliquescent")


class RouteAvailable(models.TextChoices):
    UNKNOWN = "", _("Not asked yet")
    NONE = "none", _("None")
    LITERATURE = "literature", _("From the literature")
    CLIENT = "client", _("The client's")


class SpecialCondition(models.TextChoices):
    """What takes equipment or precautions of its own."""

    CRYOGENIC = "cryogenic", _("Cryogenic (−78 °C)")
    PRESSURE = "pressure", _("Above 10 bar")
    HYDROGENATION = "hydrogenation", _("Hydrogenation")
    HOT = "hot", _("Above 150 °C")
    AZIDE = "azide", _("Azide")
    NITRATION = "nitration", _("Nitration")
    OZONOLYSIS = "ozonolysis", _("Ozonolysis")
    DIAZO = "diazo", _("Diazo or diazonium")
    CYANIDE = "cyanide", _("Cyanide")
    PHOSGENE = "phosgene", _("Phosgene or its equivalents")
    ORGANOMETALLIC = "organometallic", _("Pyrophoric or organometallic")
    HALOGEN = "halogen", _("Elemental halogen")
    BIOCATALYSIS = "biocatalysis", _("Enzyme")
    PHOTO_ELECTRO = "photo_electro", _("Photo- or electrochemistry")
    FLOW = "flow", _("Continuous flow")
    NONE = "none", _("None of these")


class ReferenceStandard(models.TextChoices):
    UNKNOWN = "", _("Not asked yet")
    SUPPLIED = "supplied", _("Supplied by the client")
    AVAILABLE = "available", _("Available to buy")
    NONE = "none", _("None: to be made")


class Monograph(models.TextChoices):
    USP = "USP", _("USP")
    PH_EUR = "PhEur", _("Ph. Eur.")
    JP = "JP", _("JP")
    CHP = "ChP", _("ChP")
    NONE = "none", _("No monograph")


class Submission(models.TextChoices):
    """Regulatory submissions that the project supports."""

    IND = "IND", _("IND")
    NDA = "NDA", _("NDA")
    ANDA = "ANDA", _("ANDA")
    DMF = "DMF", _("DMF type II")
    ASMF = "ASMF", _("ASMF")
    CEP = "CEP", _("CEP")
    CN_REGISTRATION = "CN", _("China API registration")
    NONE = "none", _("None planned")


class CtdAuthor(models.TextChoices):
    """Who writes the sections of the dossier on the substance (CTD 3.2.S)."""

    UNKNOWN = "", _("Not asked yet")
    MAKER = "maker", _("The manufacturer")
    CLIENT = "client", _("The client")
    BOTH = "both", _("Both, shared")
    NOBODY = "nobody", _("Not needed")


class Firmness(models.TextChoices):
    UNKNOWN = "", _("Not asked yet")
    FIRM = "firm", _("Firm")
    FLEXIBLE = "flexible", _("Flexible")


class PricingWish(models.TextChoices):
    UNKNOWN = "", _("Not asked yet")
    FIXED = "fixed", _("Fixed price")
    FTE = "fte", _("By hours (FTE)")
    COST_PLUS = "cost_plus", _("Cost plus")


class IpOwnership(models.TextChoices):
    """To whom what is found during the work shall belong."""

    UNKNOWN = "", _("Not asked yet")
    CLIENT = "client", _("The client")
    MAKER = "maker", _("The manufacturer")
    SHARED = "shared", _("Shared")
    TO_AGREE = "to_agree", _("To be agreed")


class SourceWish(models.TextChoices):
    UNKNOWN = "", _("Not asked yet")
    ONLY = "only", _("The only source")
    FIRST = "first", _("First source, a second one beside it")
    SECOND = "second", _("Second source beside another maker")


class FileKind(models.TextChoices):
    """What a file of a request is."""

    UNKNOWN = "", _("Not said")
    SDS = "sds", _("Safety data sheet")
    STRUCTURE = "structure", _("Structure")
    PROCESS = "process", _("Process description")
    SPECIFICATION = "specification", _("Specification or certificate")
    METHOD = "method", _("Analytical method")
    AGREEMENT = "agreement", _("Agreement")
    REQUEST = "request", _("The request itself")
    OTHER = "other", _("Something else")
