/** Places of Tokyo; `parsePlaces()` explains the columns. Costs are in yen. */
export const places = `
# Asakusa
Sensō-ji | sight | 35.7148 139.7967 | 60 | 0 | morning midday afternoon evening | top | Incense smoke, a red lantern and the oldest temple in the city.
Nakamise-dōri | shopping | 35.7120 139.7964 | 35 | - | day | area | Rice crackers and paper fans on the way to the temple gate.
Kappabashi | shopping | 35.7145 139.7885 | 50 | - | day | area | The street of cooks: knives, bowls and plastic food.
Hoppy Street | food | 35.7139 139.7940 | 80 | 3000 | dinner | area | Stewed beef and beer at folding tables outdoors.
Tokyo Skytree | sight | 35.7101 139.8107 | 90 | 2600 | day evening | book | The plain of Kantō from 350 meters, to Mount Fuji on clear days.

# Ueno
Tokyo National Museum | museum | 35.7188 139.7765 | 110 | 1000 | morning midday afternoon | top closed:mon | Swords, screens and Buddhas in the largest collection of Japanese art.
Ueno Park | nature | 35.7153 139.7735 | 50 | 0 | day evening | | Lotus ponds, shrines and cherry trees around the museums.
National Museum of Western Art | museum | 35.7154 139.7758 | 75 | 500 | day | closed:mon | Rodin's Gates of Hell before a building by Le Corbusier.
Ameyoko | food | 35.7101 139.7746 | 60 | 1500 | lunch | area | Seafood bowls and skewers in a loud market under the railway.
Nezu Shrine | sight | 35.7202 139.7608 | 35 | 0 | day | | A tunnel of small red gates beside an azalea slope.
Yanaka Ginza | shopping | 35.7277 139.7655 | 45 | - | day | area | Croquettes, cats and old shops that the war spared.

# Ryōgoku
Edo-Tokyo Museum | museum | 35.6966 139.7957 | 100 | 800 | day | closed:mon | Cross a life-size bridge into the city of the shoguns.
Sumida Hokusai Museum | museum | 35.6964 139.8002 | 60 | 400 | day | closed:mon | Prints of the painter of the Great Wave, near his birthplace.

# Marunouchi
Imperial Palace East Gardens | nature | 35.6863 139.7572 | 60 | 0 | day | top closed:mon closed:fri | Mossy walls of Edo Castle around lawns and irises.
Tokyo Station | sight | 35.6814 139.7660 | 30 | 0 | day evening | | Red brick of 1914 opposite the palace, with two round domes.
Yūrakuchō | food | 35.6740 139.7624 | 80 | 3500 | dinner | area | Grilled chicken and beer in the arches below the trains.

# Ginza
Ginza | shopping | 35.6714 139.7650 | 60 | - | day evening | area | Paper, pens and tea in shops of many floors.
Kabuki-za | entertainment | 35.6695 139.7678 | 110 | 6000 | afternoon | book | A single act of kabuki, with an English screen at the seat.
Tsukiji Outer Market | food | 35.6655 139.7707 | 65 | 2500 | lunch | top closed:wed closed:sun | Sushi, tamagoyaki and tea from stalls in narrow lanes.
Hama-rikyū Gardens | nature | 35.6597 139.7635 | 60 | 300 | day | | A tidal pond and a teahouse between towers and the bay.

# Toyosu
teamLab Planets | museum | 35.6491 139.7898 | 90 | 3800 | day evening | book | Walk barefoot through water, flowers and light.

# Shiba
Zōjō-ji | sight | 35.6573 139.7482 | 35 | 0 | day | | Tombs of shoguns and a great wooden gate below the tower.
Tokyo Tower | sight | 35.6586 139.7454 | 60 | 1500 | day evening | | The orange lattice of 1958 still has the warmest lights.
Suntory Hall | entertainment | 35.6668 139.7411 | 110 | 7000 | night | book | Seats like vineyards around the orchestra.

# Roppongi
Mori Art Museum | museum | 35.6604 139.7292 | 80 | 2000 | day evening | | Contemporary art on the 53rd floor, open late.

# Harajuku
Meiji Jingū | sight | 35.6764 139.6993 | 60 | 0 | day | top | Gravel paths through a planted forest to a quiet shrine.
Takeshita-dōri | shopping | 35.6709 139.7048 | 35 | - | day | area | Crêpes, costumes and the fashion of teenagers.
Omotesandō | shopping | 35.6657 139.7108 | 45 | - | day evening | area | Zelkova trees and buildings by famous architects.
Nezu Museum | museum | 35.6622 139.7170 | 75 | 1400 | day | closed:mon | Bronzes and tea bowls, then a steep garden with teahouses.
Yoyogi Park | nature | 35.6717 139.6949 | 45 | 0 | day evening | | Picnics, dancers and drummers on the lawns.
Blue Note Tokyo | nightlife | 35.6612 139.7161 | 100 | 9000 | night | book | Jazz from abroad, with dinner at the tables.

# Shibuya
Shibuya Crossing | sight | 35.6595 139.7005 | 25 | 0 | day evening night | top | Cross with a thousand people, then watch from above.
Shibuya Sky | sight | 35.6584 139.7022 | 60 | 2700 | day evening | book | An open roof at 229 meters, with hammocks for the clouds.
Miyashita Park | food | 35.6618 139.7018 | 70 | 2200 | lunch dinner | | Regional kitchens in a row below a park on a roof.
Nonbei Yokochō | food | 35.6597 139.7018 | 80 | 3500 | dinner | area | Bars for six guests each, beside the railway.
Womb | nightlife | 35.6583 139.6950 | 110 | 3500 | night | closed:mon closed:tue closed:wed | Techno and drum and bass under a huge mirror ball.
Daikanyama T-Site | shopping | 35.6488 139.6998 | 45 | - | day evening | | A bookshop of three pavilions with a lounge to read in.

# Shinjuku
Shinjuku Gyoen | nature | 35.6852 139.7100 | 75 | 500 | day | top closed:mon | French, English and Japanese gardens in one park.
Tokyo Metropolitan Government Building | sight | 35.6895 139.6918 | 45 | 0 | day evening | | A free view from the 45th floor, to Fuji in winter.
Isetan Shinjuku | food | 35.6917 139.7046 | 50 | 1800 | lunch | | Boxed lunches and sweets in the food halls of the basement.
Omoide Yokochō | food | 35.6930 139.6995 | 80 | 3000 | dinner | area | Smoke, skewers and eight seats at each counter.
Golden Gai | nightlife | 35.6940 139.7047 | 100 | 3000 | night | area | Two hundred tiny bars in six wooden lanes.
Shinjuku Pit Inn | nightlife | 35.6897 139.7068 | 110 | 4000 | night | | The jazz cellar where Japan's players made their names.

# Kagurazaka
Kagurazaka | food | 35.7010 139.7405 | 85 | 4000 | lunch dinner | area | Stone lanes of old geisha houses, now with fine small kitchens.
Koishikawa Kōrakuen | nature | 35.7055 139.7493 | 55 | 300 | day | | A lord's garden that copies famous landscapes in miniature.

# Kanda
Akihabara | shopping | 35.7000 139.7715 | 60 | - | day evening | area | Eight floors of parts, games and figures in each house.
Kanda Myōjin | sight | 35.7020 139.7679 | 30 | 0 | day | | A shrine that blesses companies, and also their computers.
Jinbōchō | food | 35.6958 139.7577 | 60 | 1300 | lunch | area | Curry houses between 150 shops of old books.

# Kamakura, day trip
Kōtoku-in | sight | 35.3168 139.5357 | 40 | 300 | day | top | The great bronze Buddha has sat outdoors since a flood took the hall.
Hase-dera | sight | 35.3124 139.5333 | 60 | 400 | day | steep | Terraces of hydrangeas and a view of the bay.
Tsurugaoka Hachimangū | sight | 35.3261 139.5565 | 50 | 0 | day | steep | A broad stair leads to the shrine of the first shogun.
Komachi-dōri | food | 35.3218 139.5528 | 65 | 1600 | lunch | area | Whitebait bowls and purple sweet potato near the station.
`;
