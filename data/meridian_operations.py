"""Who works at Meridian, which services they keep alive, and who has a say in what.

One line per row, fields set apart by `|`; people and places are invented.
"""

PROJECTS = """
LED | Ledger migration to the new core             | cfo | 2 | 2026-09-18 | 9500
INS | Instant payments on two data centres         | coo | 1 | 2026-05-06 | 12000
CRD | Card processor switch                        | coo | 4 | 2026-08-14 | 6500
SCA | Strong customer authentication               | cro | 3 | 2026-06-12 | 8000
APP | Savings goals in the mobile app              | cco | 6 | 2026-07-01 | 3000
REG | Regulatory reporting from the data warehouse | cro | 5 | 2026-07-03 | 4000
LDS | Branch closure Leeds                         | cco | 7 | 2026-04-24 | 1200
PAY | Payroll to a new supplier                    | hrd | 8 | 2026-07-17 | 900
"""

# resource | name | team | cost per day | skills and speeds, the best first
PEOPLE = """
priya    | Priya Raman     | Payments         | 640 | payments engineering 1, cards .6
tomasz   | Tomasz Wilk     | Payments         | 560 | payments engineering 1, ledger engineering .5
grace    | Grace Adeyemi   | Payments         | 430 | payments operations 1, reconciliation .9
henrik   | Henrik Lund     | Core banking     | 720 | ledger engineering 1, data engineering .6
maria    | Maria Esteves   | Core banking     | 540 | ledger engineering 1, reconciliation 1
callum   | Callum Baird    | Core banking     | 540 | ledger engineering 1, databases .8
yuki     | Yuki Tanabe     | Core banking     | 580 | databases 1, data engineering .8
olga     | Olga Petrenko   | Cards            | 590 | cards 1, payments engineering .6
samir    | Samir Haddad    | Cards            | 420 | card operations 1, reconciliation .8
lucy     | Lucy Hargreaves | Digital          | 600 | app development 1, web development .5
diego    | Diego Fuentes   | Digital          | 520 | app development 1, web development .7
anh      | Anh Pham        | Digital          | 570 | web development 1, identity .5
ewan     | Ewan Mackie     | Digital          | 480 | web development 1, app development .6
farida   | Farida Rahimi   | Security         | 690 | identity 1, security testing .7
bram     | Bram Visser     | Security         | 560 | security testing 1, identity .8
nkechi   | Nkechi Obi      | Data             | 620 | data engineering 1, regulatory reporting .7
rafael   | Rafael Moura    | Data             | 530 | data engineering 1, databases .6
ines     | Inès Bouchard   | Data             | 450 | regulatory reporting 1, data engineering .5
owen     | Owen Pritchard  | Infrastructure   | 550 | networks 1, platforms .6
leila    | Leila Karimi    | Infrastructure   | 570 | platforms 1, networks .6
michelle | Michelle Carew  | Customer contact | 440 | contact systems 1, training .7
stuart   | Stuart Bell     | Customer contact | 460 | service management 1, contact systems .7
hannah   | Hannah Price    | People services  | 430 | payroll 1
vikram   | Vikram Sethi    | People services  | 400 | payroll 1
aoife    | Aoife Brennan   | Change           | 510 | business analysis 1, training .7
kofi     | Kofi Mensah     | Change           | 490 | business analysis 1, testing .7
teo      | Teo Marković    | Change           | 480 | business analysis 1, payroll .6
sofia    | Sofia Lindqvist | Change           | 560 | testing 1, service management .8
beatriz  | Beatriz Romano  | Change           | 470 | training 1, business analysis .6
noor     | Noor Siddiqui   | Change           | 410 | records 1, training .6
"""

# resource | name | team | FTE | cost per FTE-day | skills and speeds, the best first
TEAMS = """
testers | Test team          | Change           | 5 | 390 | testing 1
partner | Partner developers | Change           | 6 | 650 | development 1
ops     | Operations centre  | Infrastructure   | 4 | 380 | platforms 1, networks .7
coaches | Floor coaches      | Customer contact | 4 | 310 | training 1, contact systems .5
"""

# resource | first day | last day | FTE, all of it where blank
ABSENCES = """
henrik   | 2026-02-16 | 2026-02-20 |
grace    | 2026-05-13 | 2026-05-15 |
lucy     | 2026-04-07 | 2026-04-10 |
michelle | 2026-02-19 | 2026-02-20 |
noor     | 2026-03-18 | 2026-03-20 |
farida   | 2026-03-20 | 2026-03-24 |
callum   | 2026-04-07 | 2026-04-10 |
anh      | 2026-02-17 | 2026-02-19 |
sofia    | 2026-04-01 | 2026-04-08 |
testers  | 2026-04-07 | 2026-04-10 | 1.5
maria    | 2026-04-13 | 2026-04-17 |
tomasz   | 2026-04-07 | 2026-04-09 |
beatriz  | 2026-05-26 | 2026-05-29 |
ines     | 2026-05-14 | 2026-05-15 |
olga     | 2026-04-07 | 2026-04-10 |
priya    | 2026-05-26 | 2026-05-29 |
rafael   | 2026-08-03 | 2026-08-14 |
yuki     | 2026-04-29 | 2026-05-06 |
diego    | 2026-07-20 | 2026-07-31 |
nkechi   | 2026-08-10 | 2026-08-21 |
vikram   | 2026-04-07 | 2026-04-10 |
hannah   | 2026-05-26 | 2026-05-29 |
owen     | 2026-07-27 | 2026-08-07 |
leila    | 2026-08-03 | 2026-08-14 |
samir    | 2026-09-07 | 2026-09-11 |
ops      | 2026-07-20 | 2026-08-28 | 0.5
coaches  | 2026-07-27 | 2026-08-21 | 1
partner  | 2026-05-25 | 2026-05-29 | 1
"""

# service | name | owner | tier | outage cost per hour | protected
SERVICES = """
payments        | Payments                    | head-payments | 1 | 42000 | yes
ledger          | General ledger              | head-core     | 1 | 30000 | yes
identity        | Identity and sign-in        | ciso          | 1 | 26000 | yes
network-core    | Core network                | head-infra    | 1 | 35000 | yes
card-processing | Card processing             | head-cards    | 1 | 28000 | yes
customer-portal | Customer portal             | head-digital  | 2 | 9000  | no
mobile-app      | Mobile app                  | head-digital  | 2 | 14000 | no
contact-centre  | Contact centre              | head-contact  | 2 | 4500  | no
messaging       | Customer messaging          | head-infra    | 2 | 2500  | no
backup          | Backup and recovery         | head-infra    | 2 | 800   | no
data-warehouse  | Data warehouse              | head-data     | 3 | 1200  | no
reporting       | Regulatory and MI reporting | head-data     | 3 | 1500  | no
document-store  | Document store              | head-records  | 3 | 600   | no
hr-payroll      | HR and payroll              | head-people   | 3 | 700   | no
"""

# service | what it needs | how much of a failure reaches it
SERVICE_LINKS = """
payments        | ledger          | 0.8
payments        | identity        | 0.4
payments        | network-core    | 0.9
payments        | messaging       | 0.2
ledger          | network-core    | 0.6
ledger          | backup          | 0.1
identity        | network-core    | 0.7
card-processing | payments        | 0.4
card-processing | network-core    | 0.8
card-processing | identity        | 0.2
customer-portal | identity        | 0.9
customer-portal | payments        | 0.6
customer-portal | network-core    | 0.8
customer-portal | document-store  | 0.3
mobile-app      | identity        | 0.9
mobile-app      | payments        | 0.6
mobile-app      | messaging       | 0.4
contact-centre  | network-core    | 0.8
contact-centre  | customer-portal | 0.4
contact-centre  | identity        | 0.3
messaging       | network-core    | 0.5
backup          | network-core    | 0.4
data-warehouse  | ledger          | 0.5
data-warehouse  | payments        | 0.2
reporting       | data-warehouse  | 0.8
document-store  | network-core    | 0.4
document-store  | backup          | 0.2
hr-payroll      | identity        | 0.3
hr-payroll      | document-store  | 0.1
"""

# service: who, everyday FTE / FTE in a severity 1 incident
SUPPORT = """
payments: priya .2/.9, tomasz .15/.8, grace .2/.6, yuki .05/.3, sofia .1/.4, ops .3/.6, owen 0/.2
ledger: henrik .1/.6, maria .2/.8, callum .2/.7, yuki .1/.5, sofia .05/.3
identity: farida .2/.7, bram .2/.7, leila .05/.2, anh 0/.2
network-core: owen .25/.8, leila .05/.4, ops .5/1.2
card-processing: olga .25/.8, samir .3/.7, tomasz .05/.2, priya .05/0
customer-portal: anh .2/.7, ewan .2/.7, bram 0/.1
mobile-app: lucy .15/.6, diego .2/.7, ewan .05/.2
contact-centre: michelle .3/.7, stuart .25/.5, coaches .6/1
messaging: leila .1/.5, tomasz .05/.2, diego .05/.2, ops .2/.3
backup: leila .1/.4, yuki .05/.2, ops .2/.4, callum 0/.2
data-warehouse: nkechi .15/.5, rafael .25/.7, yuki .1/.2, priya .05/.1
reporting: ines .25/.6, rafael .05/.2, nkechi .05/.1, grace .1/.2
document-store: noor .2/.5
hr-payroll: hannah .3/.6, vikram .35/.6
"""

# service, all where blank | start | end
FREEZES = """
                | 2025-12-18 17:00 | 2026-01-07 09:00
ledger          | 2026-03-27 12:00 | 2026-04-08 09:00
payments        | 2026-03-27 12:00 | 2026-04-08 09:00
data-warehouse  | 2026-03-27 12:00 | 2026-04-08 09:00
reporting       | 2026-03-27 12:00 | 2026-04-08 09:00
customer-portal | 2026-03-30 09:00 | 2026-04-08 09:00
mobile-app      | 2026-03-30 09:00 | 2026-04-08 09:00
identity        | 2026-03-30 09:00 | 2026-04-08 09:00
hr-payroll      | 2026-03-30 09:00 | 2026-04-10 09:00
card-processing | 2026-05-21 17:00 | 2026-05-26 09:00
ledger          | 2026-06-26 12:00 | 2026-07-06 09:00
payments        | 2026-06-26 12:00 | 2026-07-06 09:00
data-warehouse  | 2026-06-26 12:00 | 2026-07-06 09:00
reporting       | 2026-06-26 12:00 | 2026-07-06 09:00
ledger          | 2026-09-28 09:00 | 2026-10-07 09:00
payments        | 2026-09-28 09:00 | 2026-10-07 09:00
"""

# stakeholder | name | role | side
STAKEHOLDERS = """
ceo           | Rosalind Achebe   | Chief executive                     | senior
cfo           | Martin Greaves    | Chief finance officer               | senior
coo           | Ingrid Solheim    | Chief operating officer             | senior
cro           | Dev Malhotra      | Chief risk officer                  | senior
cco           | Helen Stavrou     | Chief customer officer              | senior
hrd           | Patrick Nwosu     | People director                     | senior
audit         | Janet Fairweather | Head of internal audit              | senior
ciso          | Omar Benali       | Chief information security officer  | service
head-payments | Sunita Deshmukh   | Head of payments                    | service
head-core     | Gareth Vaughan    | Head of core banking                | service
head-cards    | Renata Kowalczyk  | Head of cards                       | service
head-digital  | Marcus Thiele     | Head of digital                     | service
head-contact  | Denise Abara      | Head of customer contact            | service
head-infra    | Lars Nygaard      | Head of infrastructure              | service
head-data     | Chiara Bellini    | Head of data                        | service
head-records  | Fergus Lennox     | Head of records                     | service
head-people   | Amara Diallo      | Head of people services             | service
major-inc     | Tessa Winfield    | Major incident manager              | service
change-board  | Change board      | Change advisory board               | service
pm-led        | Elif Aydin        | Programme manager, ledger migration | project
pm-ins        | Robert Osei       | Project manager, instant payments   | project
pm-crd        | Julia Brandt      | Project manager, card processor     | project
pm-sca        | Naveen Pillai     | Project manager, authentication     | project
pm-app        | Charlotte Yip     | Product manager, mobile app         | project
pm-reg        | Andrei Popescu    | Project manager, reporting          | project
pm-lds        | Moira Kearney     | Project manager, branch programme   | project
pm-pay        | Simon Ferreira    | Project manager, payroll            | project
pmo           | Wanda Mbeki       | Head of the PMO                     | project
treasury      | Keith Lam         | Treasury manager                    | project
union         | Bridget Molloy    | Staff union representative          | project
"""

# stakeholder: what they hold in which service, project or team, and in which stage
INTERESTS = """
ceo: informed LED, informed INS
cfo: decides LED, advises REG, informed PAY
coo: decides INS, decides CRD, advises LDS
cro: decides SCA, decides REG, advises LED@transition
cco: decides APP, decides LDS, advises SCA@design
hrd: decides PAY, informed LDS
audit: advises LED@scope, advises PAY@transition
ciso: owns identity, decides Security, tests SCA@test
head-payments: owns payments, decides Payments, tests INS@test, advises LED@design
head-core: owns ledger, decides Core banking, tests LED@test, does LED@transition
head-cards: owns card-processing, decides Cards, tests CRD@test
head-digital: owns customer-portal, owns mobile-app, decides Digital, tests APP@test
head-contact: owns contact-centre, decides Customer contact, does LDS@transition
head-infra: owns network-core, owns messaging, owns backup, decides Infrastructure
head-data: owns data-warehouse, owns reporting, decides Data, tests REG@test
head-records: owns document-store, advises LDS@delivery, informed PAY
head-people: owns hr-payroll, decides People services, tests PAY@test
major-inc: advises payments, advises ledger, advises network-core, informed INS
change-board: decides INS@transition, decides LED@transition, decides CRD@transition
pm-led: does LED
pm-ins: does INS
pm-crd: does CRD
pm-sca: does SCA
pm-app: does APP, informed SCA
pm-reg: does REG, informed LED@design
pm-lds: does LDS
pm-pay: does PAY
pmo: decides Change, informed LED, informed INS, informed CRD, informed SCA
treasury: advises INS@scope, advises APP@scope
union: informed LDS, advises PAY@design
"""

# project, service, status: criterion; then measure | target | achieved
ACCEPTANCE = """
LED ledger, open: Every balance converted
    Differences after dress rehearsal 2 | 0
LED ledger, open: Month end closes in time
    Working day on which the month is closed | day 3
LED backup, open: The new core can be restored
    Time to restore the full ledger | under 4 hours
LED payments, open: Postings keep up with payments
    Postings per second at payday peak | 900
INS payments, open: Failover without lost payments
    Payments lost in failover test 2 | 0
INS payments, open: Failover is quick
    Time until the second site carries on | under 30 seconds
INS network-core, met: The second route is independent
    Shared ducts on the as-built drawings | none | none
INS messaging, open: Nothing is sent twice
    Duplicate messages in a day of test | 0
CRD card-processing, open: Certified by both card schemes
    Certificates received | 2
CRD card-processing, open: Authorisation is quick
    95th percentile at Black Friday volume | under 250 ms
CRD contact-centre, open: Agents can handle a dispute unaided
    Agents who pass the dispute exercise | 90 %
CRD ledger, open: Settlement posts to the penny
    Unexplained items after a week | 0
SCA identity, open: Sign-in stays quick
    Median time to sign in with two factors | under 12 seconds
SCA customer-portal, open: Nobody is shut out
    Customers locked out in the pilot | under 0.5 %
SCA contact-centre, open: Locked-out customers are helped at once
    First-call resolution | 85 %
APP mobile-app, open: The app stays stable
    Sessions without a crash | 99.7 %
APP payments, open: Round-ups are paid once
    Duplicate transfers in test | 0
APP contact-centre, open: Help pages answer the first questions
    Contacts per thousand users in the beta | under 8
REG reporting, open: The last two quarters can be reproduced
    Cells that differ beyond materiality | 0
REG data-warehouse, met: Nightly load ends in time
    Time of day at which the load is complete | before 06:00 | 05:10
REG reporting, open: Every figure can be traced
    Figures with recorded lineage | 100 %
LDS contact-centre, open: Leeds customers get through
    Calls answered within two minutes | 80 %
LDS document-store, open: Scanned files are complete
    Files missing in a sample of 300 | 0
LDS network-core, open: Nothing else hung on the branch network
    Alarms after the network is taken down | none
PAY hr-payroll, open: Everybody is paid correctly
    Differences over one pound, unexplained | 0
PAY hr-payroll, failed: The control book passes audit
    Audit points rated high | 0 | 1
PAY document-store, open: Old payslips can be found
    Time to find a payslip from 2019 | under 2 minutes
"""

# service | incidents in 18 months | hours to restore a severity 2: median
INCIDENT_LOG = """
payments        | 19 | 6.5
ledger          | 8  | 6.5
identity        | 13 | 3.0
network-core    | 9  | 4.0
card-processing | 14 | 4.5
customer-portal | 21 | 3.5
mobile-app      | 18 | 4.0
contact-centre  | 15 | 3.0
messaging       | 11 | 2.5
backup          | 6  | 9.0
data-warehouse  | 13 | 10.0
reporting       | 7  | 8.0
document-store  | 6  | 7.0
hr-payroll      | 4  | 6.0
"""
