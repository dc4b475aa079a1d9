"""Meridian's eight projects, task by task.

A task takes two lines: number, stage (/activity), days and name; then what it comes after (finish
to start, lag 0, unless said), who works on it at how many FTE, what it changes or uses, and the
day before which the plan does not start it.
"""

PLAN = {}

PLAN["LED"] = """
01 scope 8: Agree which products move in which wave
    by henrik .5, aoife .6; uses ledger
02 scope 14: Map the posting rules of the old ledger
    after 01 SS+2; by maria .6
03 scope 8: Size the history to carry over and the archive
    after 01; by yuki .4, nkechi .3
04 scope 5: Settle the cut-over principles with Finance and Audit
    after 01, 02 FF+1; by henrik .4
05 design 12: Design the chart of accounts on the new core
    after 02; by henrik .5, maria .4
06 design 11: Design the posting interface to payments
    after 02; by henrik .4, grace .3; uses payments
07 design 9: Design the reconciliation between both ledgers
    after 05 SS+3; by maria .4, callum .4
08 design 11: Design the data model for carried history
    after 03; by yuki .3, rafael .3
09 design 5: Plan the way back for each wave
    after 05, 07; by henrik .4, sofia .3
10 delivery 19: Build the conversion jobs for balances
    after 08, 05; by callum .6, partner 1.5
11 delivery 16: Build the posting interface to payments
    after 06; by maria .4, partner 1.5; changes payments
12 delivery 12: Build the double-ledger reconciliation report
    after 07; by maria .4, ines .3
13 delivery 14: Set up the new core in both data centres
    after 05; by leila .5, ops 1
14 delivery 11: Load five years of closed accounts
    after 10, 13; by yuki .5, callum .4; uses ledger
15 delivery 5: Extend the nightly backup to the new core
    after 13; by leila .5; changes backup
16 test 8: Dress rehearsal 1: convert a copy of production
    after 14, 15; by callum .6, yuki .3, testers 1.5; uses ledger
17 test 7: Reconcile rehearsal 1 to the penny
    after 16 SS+2, 12; by maria .6, grace .3
18 test/service_test 11: Payments regression on the new posting interface
    after 11, 16; by tomasz .5, sofia .4, testers 1.5; uses payments, uses ledger
19 test 8: Dress rehearsal 2, against the clock over a weekend
    after 17, 18; by callum .6, yuki .4, sofia .4; uses ledger
20 test/service_test 9: Month-end close on the new core, run by Core banking support
    after 19-1; by maria .6, yuki .3, testers 1; uses ledger, uses reporting
21 transition/training 7: Train Finance Operations on the new screens
    after 18; by beatriz .5, aoife .3
22 transition/business_change 8: Rewrite the month-end procedures with Finance
    after 17; by aoife .5, maria .2
23 transition 5: Cut over wave 1: savings accounts
    after 20, 21, 22, 09; by henrik .6, callum .7, ops 1; changes ledger; from 2026-07-06
24 transition 5: Cut over wave 2: current accounts and mortgages
    after 23+18; by henrik .6, callum .7, ops 1; changes ledger
25 transition/handover 5: Hand the runbooks to Core banking support
    after 23; by maria .5, sofia .3
26 transition/early_life_support 16: Early-life support through the first month end
    after 24; by maria .4, callum .3, priya .2; uses ledger
"""

PLAN["INS"] = """
01 scope 8: Agree recovery targets for instant payments with Treasury
    by priya .4, aoife .4; uses payments
02 scope 6: Walk the second data centre and list the gaps
    by owen .5, leila .3
03 design 11: Design the active-active payments gateway
    after 01, 02; by priya .6, owen .3; uses payments
04 design 8: Design the message queue between the sites
    after 03 SS+2; by leila .5, tomasz .3; uses messaging
05 design/service_test 6: Agree failover test cases with Payments operations
    after 03; by grace .4, sofia .3
06 delivery 9: Order and rack the gateway servers
    after 02; by ops 1, owen .2
07 delivery 12: Lay the second fibre route and prove it
    after 06 SS+3; by owen .6, ops .5; changes network-core
08 delivery 17: Build the gateway on the second site
    after 03, 06; by tomasz .7, leila .3, partner 1; changes payments
09 delivery 11: Build the message queue and its monitoring
    after 04, 08 SS+2; by leila .3, grace .2; changes messaging
10 delivery 8: Replicate the payments database across sites
    after 08 SS+4, 07 FF+1; by yuki .5, priya .3; changes payments
11 test/service_test 5: Failover test 1: planned switch
    after 08, 09, 10; by priya .6, grace .5, testers 1; uses payments
12 test/service_test 5: Failover test 2: pull the plug
    after 11; by priya .7, tomasz .6, owen .3, testers 1; uses payments
13 test 3: Security test of the new perimeter
    after 11 SS; by bram .3; uses network-core
14 transition/training 3: Drill the on-call rota on the new runbook
    after 12 SS; by grace .5, stuart .3
15 transition 7: Switch live instant payments to both sites
    after 12, 13; by priya .7, tomasz .6, ops 1; changes payments
16 transition/handover 3: Hand over to Payments operations
    after 15 SS+2; by grace .5, tomasz .4
17 transition/early_life_support 15: Early-life support, first quarter end on two sites
    after 15; by priya .3, grace .4; uses payments
18 transition 6: Retire the single-site gateway
    after 17, 16; by tomasz .4, ops .5; changes payments
"""

PLAN["CRD"] = """
01 scope 9: Confirm the card ranges and schemes that move
    by olga .5, kofi .6; uses card-processing; from 2026-02-09
02 scope 8: Read the old processor's exit terms and dates
    by samir .4; from 2026-02-09
03 design 14: Design the authorisation interface to the new processor
    after 01; by olga .6; uses card-processing
04 design 11: Design settlement and chargeback files
    after 01, 02; by samir .5, kofi .4
05 design 8: Agree the cardholder communication plan
    after 01; by beatriz .4, michelle .3
06 delivery 21: Build the authorisation interface
    after 03; by olga .6, partner 1.5; changes card-processing
07 delivery 15: Build settlement posting to the ledger
    after 04; by samir .5, maria .3; uses ledger
08 delivery 12: Move fraud rules and tune their thresholds
    after 06 SS+5; by samir .3, bram .4
09 delivery 9: Join the new processor's network
    after 03+2, INS-15; by owen .5, bram .2; changes network-core
10 delivery 9: Re-issue the keys in the hardware security modules
    after 09; by farida .5, bram .4; changes card-processing
11 test 12: Certify with both card schemes
    after 06, 09, 10; by olga .6, testers 1; uses card-processing
12 test 9: Prove settlement on both gateway sites
    after 07, 11 SS+3; by samir .5, tomasz .3, testers 1; uses payments
13 test/service_test 9: Card operations work a week of disputes in the test system
    after 11, 08; by samir .5, coaches 1; uses card-processing
14 test/service_test 8: Load test at Black Friday volume
    after 12; by olga .4, sofia .4, testers 1.5; uses card-processing, uses network-core
15 transition/training 6: Teach the contact centre the new dispute screens
    after 13; by beatriz .5, coaches 1.5; uses contact-centre
16 transition 8: Pilot with staff cards
    after 14, 13; by olga .5, samir .3; changes card-processing
17 transition 12: Move all cardholders in three nights
    after 16+5, 15; by olga .6, samir .4, ops .5; changes card-processing
18 transition/business_change 15: Keep the old settlement desk open for late items
    after 16, 17 SF+3; by samir .2, grace .2
19 transition/handover 6: Hand over to Card operations
    after 17; by olga .3, samir .3
20 transition/early_life_support 15: Early-life support, two settlement cycles
    after 17; by olga .3, samir .3; uses card-processing
"""

PLAN["SCA"] = """
01 scope 8: Agree which journeys need two factors
    by farida .5, aoife .4; uses identity; from 2026-01-12
02 scope 6: Review what the regulator found last autumn
    by bram .4; from 2026-01-12
03 design 12: Design step-up sign-in for portal and app
    after 01, 02; by farida .6, anh .3; uses identity, uses customer-portal
04 design 8: Design the device register
    after 03 SS+3; by bram .5, lucy .3
05 design 6: Decide the fallback for customers without a smartphone
    after 03; by farida .3, michelle .3
06 delivery 19: Build step-up rules in the identity platform
    after 03; by farida .5, partner 1; changes identity
07 delivery 14: Build the device register and its service screens
    after 04, 06 SS+3; by bram .6, partner 1; changes identity
08 delivery 14: Build step-up sign-in on the customer portal
    after 03, 06 SS+4; by anh .6, ewan .4; changes customer-portal
09 delivery 12: Build the shared sign-in component for the app
    after 04, 06 SS+5; by lucy .5, diego .4; changes mobile-app
10 delivery 8: Send one-time codes over two messaging routes
    after 05; by ops 1, ewan .3; changes messaging
11 test 9: Functional test of all nine journeys
    after 07, 08, 09 FF+2, 10; by sofia .4, testers 2; uses identity, uses customer-portal
12 test 8: Penetration test and fixes
    after 11 SS+2; by bram .7, farida .4; uses identity
13 test/service_test 8: Payment approval end to end with step-up
    after 11, 08; by anh .5, sofia .2, testers 1; uses payments, uses identity
14 test/service_test 6: Accessibility test with customer panel
    after 11; by ewan .4, kofi .4; uses customer-portal
15 transition/training 6: Train the contact centre on locked-out customers
    after 12, 05; by beatriz .4, coaches 1.5; uses contact-centre
16 transition 8: Switch on for staff and a tenth of customers
    after 13, 12, 14, 15; by farida .6, anh .5, ops .5; changes identity, changes customer-portal
17 transition 9: Switch on for everyone, a third a week
    after 16+3; by farida .5, lucy .4; changes identity, changes mobile-app
18 transition/handover 3: Hand over to Identity support
    after 17 SS+2; by bram .4, farida .3
19 transition/early_life_support 16: Early-life support and regulator's evidence
    after 17; by farida .3, bram .3, michelle .2; uses identity
"""

PLAN["APP"] = """
01 scope 8: Interview savers and choose the first six goals
    by kofi .5, lucy .3; from 2026-01-19
02 scope 6: Agree the savings rules with Treasury and Conduct
    after 01 SS+3; by kofi .4
03 design 11: Design the goal screens and words
    after 01; by lucy .5, diego .3; uses mobile-app
04 design 8: Design the round-up transfer
    after 02, 03 SS+2; by diego .3, grace .2; uses payments
05 design 6: Design goal alerts and quiet hours
    after 03; by diego .3, leila .2; uses messaging
06 delivery 17: Build goals in the app
    after 03; by lucy .5, partner 1; changes mobile-app
07 delivery 13: Build the round-up transfer
    after 04; by diego .5, partner .5; changes payments, changes mobile-app
08 delivery 10: Build the goal store and its interface
    after 04, 06 SS+3; by ewan .5, partner 1; changes customer-portal
09 delivery 7: Build goal alerts
    after 05, 06 FF+2; by diego .4; changes messaging
10 delivery 8: Put the shared sign-in into the app
    after SCA-09, 06; by lucy .4, diego .3; changes mobile-app
11 delivery 7: Show goals on the customer portal
    after 08; by anh .5, ewan .3; changes customer-portal
12 test 10: Test on the twelve phones our savers use
    after 10, 09, 08; by testers 1.5, diego .4; uses mobile-app; from 2026-04-13
13 test/service_test 8: Round-up test with live-like payments
    after 07, 12 SS+2; by grace .4, sofia .3, testers 1; uses payments, uses ledger
14 test 6: Test at payday peak
    after 12, 13; by sofia .4, leila .3, testers 1; uses mobile-app
15 transition/business_change 6: Write the help pages and the complaint route
    after 12 SS; by kofi .4, michelle .3
16 transition/training 3: Show the contact centre the new screens
    after 12; by beatriz .5, coaches 1; uses contact-centre
17 transition 3: Release to the beta group
    after 14, 15, 16; by lucy .6, diego .4; changes mobile-app
18 transition 7: Release to all savers
    after 17+5, 11; by lucy .6, ewan .3; changes mobile-app, changes customer-portal
19 transition/early_life_support 14: Early-life support and store reviews
    after 18; by diego .4, lucy .2; uses mobile-app
"""

PLAN["REG"] = """
01 scope 7: Read the regulator's new templates line by line
    by ines .5, kofi .4; from 2026-01-12
02 scope 7: Find where each figure comes from
    after 01 SS+2; by ines .4, rafael .4; uses data-warehouse
03 scope 3: Agree materiality limits with Risk
    after 02; by nkechi .3
04 design 10: Design the mapping from the chart of accounts
    after 02, LED-05; by nkechi .5, ines .5
05 design 8: Design the lineage and sign-off record
    after 02; by rafael .5; uses document-store
06 design 7: Design the data quality checks
    after 03, 05 SS+2; by nkechi .4
07 delivery 17: Build the liquidity tables
    after 04; by rafael .6, nkechi .3; changes data-warehouse
08 delivery 13: Build the large exposures tables
    after 07 SS+6; by rafael .1, partner 1, ines .3; changes data-warehouse
09 delivery 11: Build the payments statistics feed
    after 05; by nkechi .4, grace .3; changes data-warehouse, uses payments
10 delivery 8: Build data quality checks and the exceptions queue
    after 06, 07; by rafael .5; changes data-warehouse
11 delivery 7: Build the submission pack
    after 08, 07; by ines .6; changes reporting
12 test 8: Rerun the last two quarter ends
    after 10, 11, 09; by ines .5, rafael .4, testers 1; uses data-warehouse, uses reporting
13 test 6: Agree differences with Finance
    after 12; by ines .3, nkechi .3
14 test/service_test 7: Service test: reporting team runs a month unaided
    after 12; by ines .4, testers 1; uses reporting
15 test 6: Trial submission to the regulator's portal
    after 13, 14; by ines .4, rafael .3; uses reporting
16 transition/training 3: Train the sign-off chain
    after 13; by beatriz .4, ines .2
17 transition 6: Switch reporting to the new tables
    after 15, 16; by rafael .6, nkechi .5; changes data-warehouse, changes reporting
18 transition/handover 3: Hand over to Data support
    after 17; by rafael .4
19 transition/early_life_support 13: First live month-end submission
    after 17, 18 SS; by ines .5, nkechi .3; uses reporting
"""

PLAN["LDS"] = """
01 scope 7: Count the customers who still need the branch
    by michelle .3, stuart .3; from 2026-01-19
02 scope 6: Agree the notice period and the access review
    after 01; by stuart .4
03 design 7: Plan the Saturday desk in the library
    after 02; by stuart .4, coaches .5
04 design 7: Decide what happens to safe-deposit boxes and paper files
    after 02; by noor .4; uses document-store
05 design 3: Design the call routing for Leeds customers
    after 02; by michelle .4; uses contact-centre
06 delivery 6: Write and print the closure letters
    after 02; by noor .4, beatriz .3; uses document-store
07 delivery 2: Post the closure letters
    after 06; by noor .4, coaches .5; from 2026-02-09
08 delivery 17: Visit care homes and customers who cannot travel
    after 07+5; by coaches 1.5
09 delivery 11: Scan the branch's paper files
    after 04; by noor .5; changes document-store
10 delivery 7: Build call routing and a Leeds queue
    after 05; by michelle .4, stuart .2; changes contact-centre
11 delivery 6: Take down the branch network and cash machines
    after 08, 09; by owen .4, ops .5; changes network-core; from 2026-03-23
12 test/service_test 6: Test the Leeds queue with real callers
    after 10; by michelle .4, coaches 1; uses contact-centre
13 test 3: Try the Saturday desk on two Saturdays
    after 03, 12 FF+1; by stuart .3, coaches .5
14 test 3: Check scanned files against the originals
    after 09-2; by noor .5; uses document-store
15 transition/business_change 11: Move eleven colleagues into new posts
    after 07+10; by beatriz .4
16 transition 2: Last day of business and cash collection
    after 11 SS, 13, 14; by stuart .4, coaches 1
17 transition/handover 3: Hand the building back
    after 16, 11; by stuart .3
18 transition/early_life_support 14: Watch complaints and the Leeds queue
    after 16; by michelle .2, coaches .5; uses contact-centre
"""

PLAN["PAY"] = """
01 scope 8: List every pay element and local agreement
    by vikram .4, hannah .3; uses hr-payroll; from 2026-02-02
02 scope 5: Choose the pay dates to move on
    after 01 SS+3; by vikram .3
03 scope 3: Agree data protection terms with the supplier
    after 01; by hannah .4
04 design 10: Design the interfaces for time, pensions and tax
    after 01; by hannah .5, teo .5
05 design 7: Design the approvals and segregation of duties
    after 03; by hannah .3, teo .4
06 design 5: Agree how old payslips will be kept
    after 03; by noor .3; uses document-store
07 delivery 13: Configure pay elements with the supplier
    after 04; by vikram .5, teo .5; changes hr-payroll
08 delivery 10: Build the time and pensions interfaces
    after 04; by hannah .5, teo .4; changes hr-payroll
09 delivery 7: Clean the staff records
    after 01+5; by hannah .3
10 delivery 7: Load two tax years of pay history
    after 07, 09; by vikram .5; changes hr-payroll
11 delivery 5: Move old payslips to the document store
    after 06, 10 SS+2; by noor .4; changes document-store
12 test 8: Parallel run 1: April pay
    after 10, 08; by vikram .5, teo .5; uses hr-payroll; from 2026-04-20
13 test 5: Explain every difference over one pound
    after 12; by vikram .5, hannah .3
14 test/service_test 8: Parallel run 2: May pay, run by People services
    after 13; by vikram .5, hannah .5; uses hr-payroll; from 2026-05-18
15 test 3: Test the bank file with the clearing bank's simulator
    after 13; by teo .5; uses hr-payroll
16 transition/training 5: Teach managers and approvers the new screens
    after 13; by teo .6
17 transition/business_change 5: Renew the payroll control book with Audit
    after 14; by hannah .4
18 transition 7: First live pay run with the supplier
    after 14, 15, 16, 17; by vikram .6, hannah .4; changes hr-payroll; from 2026-06-15
19 transition 16: Keep the old payroll system readable
    after 14, 18 SF+2; by vikram .1
20 transition/handover 3: Hand over to People services support
    after 18; by teo .5
21 transition/early_life_support 13: Early-life support, second pay run
    after 18; by vikram .3, hannah .3; uses hr-payroll
"""
